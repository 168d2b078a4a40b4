#define BOOST_TEST_MODULE framex
#include <boost/test/unit_test.hpp>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
/// Asio counts the references to a shared executor down with a fence, which the sanitizer does not see.
extern "C" char const* __tsan_default_suppressions() // NOLINT(bugprone-reserved-identifier): its name
{
    return "race:boost::asio::detail::ref_count_down\n";
}
#endif
#endif
