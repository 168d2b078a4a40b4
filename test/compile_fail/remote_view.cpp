// expect: framex: arguments of remote() must own their data (no string_view)
#include <framex/framex.hpp>

std::size_t count(std::string_view text) { return text.size(); }

framex::awaitable<std::size_t> measure(std::string text)
{
#ifdef FRAMEX_RIGHT
    co_return co_await framex::remote(count)(std::move(text));
#else
    co_return co_await framex::remote(count)(std::string_view(text));
#endif
}
