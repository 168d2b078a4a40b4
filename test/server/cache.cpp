#include "server/cached.hpp"

#include <framex/server/app.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;

namespace {

std::string data_in(outcome const& got)
{
    std::string_view constexpr mark = "\"data\":";
    auto const at = got.body.find(mark);
    return at == got.body.npos ? got.body
                               : got.body.substr(at + mark.size(), got.body.size() - at - mark.size() - 1);
}

struct wrong {
    static inline plugin_metadata const metadata{.name = "wrong", .version = "1.0.0"};
    int value() { return 1; }
    static void define(api<wrong>& api)
    {
        api.put("/a", &wrong::value).cached();
        api.get("/b", &wrong::value).cached(0s);
        api.function("c", &wrong::value).cached();
        api.get("/d", &wrong::value).cached(-1s);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cache_keys)

// The hashes are those of Python's hashlib over json.dumps(..., sort_keys, no spaces, ensure_ascii=False).
BOOST_AUTO_TEST_CASE(a_key_is_the_hash_of_method_template_and_bound_arguments)
{
    cached_counter lab;
    BOOST_TEST(lab.ask("/count?key=gr%C3%BCn%20%22q%22%0A").key
        == "20cb0aba3683de640f8c480b6a7285580a51882a088825ab710f56e947f4e07d");
    BOOST_TEST(lab.ask("/plain?ratio=3e10").key
        == "cd1834ab94548e0d3072aa0df1adff670e2d4af2b9f3231015f52082eae8e798");
    BOOST_TEST(lab.ask("/plain?n=7&ratio=5e-1").key
        == "f396769a2794c0693ae9ddfcf65be6b936fb890efebfd9aef82a25e9ffb8636a");
    BOOST_TEST(lab.ask("/big?n=18446744073709551617").key
        == "0b11d885dc507a743334abfc2bdee5e150c6baada8c0aaf36c6aa925d25ddd01");
}

BOOST_AUTO_TEST_CASE(a_model_is_part_of_the_key_with_its_defaults_and_in_any_order)
{
    cached_counter lab;
    auto const expected = "60b06dbe4543ddf89c5e61ced81eeb235b1b4876312f292ffabbdf8a7a052cbb";
    BOOST_TEST(lab.ask("/take/n", {}, R"({"name":"a"})").key == expected);
    auto const again = lab.ask("/take/n", {}, R"({"size": 1.0, "name": "a"})");
    BOOST_TEST(again.key == expected);
    BOOST_TEST(again.status == "HIT");
    BOOST_TEST(data_in(again) == R"({"name":"a","size":1})");
}

BOOST_AUTO_TEST_CASE(big_integers_that_a_double_cannot_tell_apart_have_keys_of_their_own)
{
    cached_counter lab;
    BOOST_TEST(data_in(lab.ask("/big?n=18446744073709551617")) == "18446744073709551617");
    auto const next = lab.ask("/big?n=18446744073709551618");
    BOOST_TEST(next.status == "MISS");
    BOOST_TEST(data_in(next) == "18446744073709551618");
}

BOOST_AUTO_TEST_CASE(a_default_and_the_same_value_sent_share_an_answer)
{
    cached_counter lab;
    BOOST_TEST(lab.ask("/count").status == "MISS");
    BOOST_TEST(lab.ask("/count?key=k").status == "HIT");
    BOOST_TEST(lab.ask("/count?key=other").status == "MISS");
}

BOOST_AUTO_TEST_CASE(a_key_function_makes_the_whole_key)
{
    cached_counter lab;
    auto const first = lab.ask("/own?key=ab");
    BOOST_TEST(first.key == "ee1e6c2f7efe73919bfbe2cc680a7edf1cd62eb1d68e7b0becde6b4daebff01c");
    auto const second = lab.ask("/own?key=ac");
    BOOST_TEST(second.status == "HIT");
    BOOST_TEST(data_in(second) == "1");
}

BOOST_AUTO_TEST_CASE(a_key_function_that_throws_costs_the_cache_and_is_told)
{
    cached_counter lab;
    for (int i = 1; i <= 2; ++i) {
        auto const got = lab.ask("/own?key=bad");
        BOOST_TEST(got.status == "BYPASS");
        BOOST_TEST(got.key.empty());
        BOOST_TEST(data_in(got) == std::to_string(i));
    }
    std::vector<std::string> const once{"/api/v1/own: the cache key could not be made: no key today"};
    BOOST_TEST(lab.told() == once);
    BOOST_TEST(lab.ask("/own?key=good").status == "MISS");
    lab.ask("/own?key=bad"); // a new row
    BOOST_TEST(lab.told().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cached_answers)

BOOST_AUTO_TEST_CASE(a_second_request_is_answered_without_a_run)
{
    cached_counter lab;
    auto const first = lab.ask("/count?key=a");
    BOOST_TEST(first.status == "MISS");
    BOOST_TEST(data_in(first) == "1");
    auto const second = lab.ask("/count?key=a");
    BOOST_TEST(second.status == "HIT");
    BOOST_TEST(second.key == first.key);
    BOOST_TEST(second.body.starts_with(R"({"status":200,"message":"success","timestamp":")"));
    BOOST_TEST(data_in(second) == "1");
    BOOST_TEST(lab.plugin.runs == 1);
}

BOOST_AUTO_TEST_CASE(a_plain_function_without_the_envelope_is_cached_as_well)
{
    cached_counter lab;
    BOOST_TEST(lab.ask("/plain?ratio=1").body == "1");
    auto const second = lab.ask("/plain?ratio=1");
    BOOST_TEST(second.status == "HIT");
    BOOST_TEST(second.body == "1");
}

BOOST_AUTO_TEST_CASE(an_answer_lives_for_its_time)
{
    cached_counter lab;
    lab.ask("/short?key=a");
    lab.ask("/count?key=a");
    lab.ask("/for_ever?key=a");
    lab.now = lab.now.load() + 4999ms;
    BOOST_TEST(lab.ask("/short?key=a").status == "HIT");
    lab.now = lab.now.load() + 1ms;
    BOOST_TEST(lab.ask("/short?key=a").status == "MISS");
    BOOST_TEST(lab.ask("/count?key=a").status == "HIT");
    lab.now = lab.now.load() + 55s;
    BOOST_TEST(lab.ask("/count?key=a").status == "MISS");
    lab.now = lab.now.load() + std::chrono::years(50);
    BOOST_TEST(lab.ask("/for_ever?key=a").status == "HIT");
}

BOOST_AUTO_TEST_CASE(bypass_runs_and_neither_reads_nor_stores)
{
    cached_counter lab;
    lab.ask("/count?key=a");
    auto const got = lab.ask("/count?key=a", "BYPASS");
    BOOST_TEST(got.status == "BYPASS");
    BOOST_TEST(got.key.size() == 64U);
    BOOST_TEST(data_in(got) == "2");
    BOOST_TEST(data_in(lab.ask("/count?key=a", "use")) == "1");
}

BOOST_AUTO_TEST_CASE(refresh_runs_and_stores)
{
    cached_counter lab;
    lab.ask("/count?key=a");
    auto const got = lab.ask("/count?key=a", "  Refresh ");
    BOOST_TEST(got.status == "REFRESH");
    BOOST_TEST(data_in(got) == "2");
    auto const after = lab.ask("/count?key=a", "whatever");
    BOOST_TEST(after.status == "HIT");
    BOOST_TEST(data_in(after) == "2");
}

BOOST_AUTO_TEST_CASE(the_oldest_goes_when_there_are_too_many)
{
    cached_counter lab(make_memory_store(2));
    lab.ask("/count?key=a");
    lab.ask("/count?key=b");
    lab.ask("/count?key=a", "refresh");
    lab.ask("/count?key=c"); // b is the oldest now
    BOOST_TEST(lab.ask("/count?key=a").status == "HIT");
    BOOST_TEST(lab.ask("/count?key=c").status == "HIT");
    BOOST_TEST(lab.ask("/count?key=b").status == "MISS");
}

BOOST_AUTO_TEST_CASE(null_is_never_a_hit)
{
    cached_counter lab;
    for (int i = 0; i < 2; ++i) {
        auto const got = lab.ask("/none?ms=0");
        BOOST_TEST(got.status == "MISS");
        BOOST_TEST(data_in(got) == "null");
    }
    BOOST_TEST(lab.plugin.runs == 2);
}

BOOST_AUTO_TEST_CASE(errors_are_not_kept_and_say_nothing_of_the_cache)
{
    cached_counter lab;
    for (int i = 0; i < 2; ++i) {
        auto const got = lab.ask("/fail?ms=0");
        BOOST_CHECK_THROW(std::rethrow_exception(got.error), http_error);
        BOOST_TEST(got.status.empty());
    }
    BOOST_TEST(lab.plugin.runs == 2);
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_bind_is_told_its_issues)
{
    cached_counter lab;
    auto const got = lab.ask("/short");
    BOOST_TEST(got.issues == 1U);
    BOOST_TEST(got.status.empty());
    BOOST_TEST(lab.plugin.runs == 0);
}

BOOST_AUTO_TEST_CASE(calls_from_other_plugins_always_run)
{
    cached_counter lab;
    detail::declared_api const slow("/slow", lab.at("/slow"), "caller");
    asio::io_context context(1);
    std::string results;
    for (int i = 0; i < 2; ++i)
        asio::co_spawn(context,
            detail::call_by_text(slow, argument_texts{{"ms", "0"}}, detail::result_form::value),
            [&](std::exception_ptr, detail::text_answer answer) { results += answer.text; });
    context.run();
    BOOST_TEST(results == "12");
}

BOOST_AUTO_TEST_CASE(without_a_cache_the_handler_runs_and_the_answer_says_disabled)
{
    cached_counter lab(nullptr);
    for (int i = 1; i <= 2; ++i) {
        auto const got = lab.ask("/short?key=a");
        BOOST_TEST(got.status == "DISABLED");
        BOOST_TEST(got.key.empty());
    }
    BOOST_TEST(lab.ask("/short").status.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_cached_is_refused_at_the_start)
{
    asio::io_context context(1);
    app service(context.get_executor());
    service.load<wrong>();
    BOOST_CHECK_EXCEPTION(service.prepare(), load_error, [](load_error const& error) {
        BOOST_TEST(error.reasons().size() == 3U);
        BOOST_TEST(error.reasons()[0]
            == "plugin wrong: PUT /api/v1/a cannot be cached; only GET and POST routes can");
        BOOST_TEST(error.reasons()[1]
            == "plugin wrong: GET /api/v1/b cannot be cached for 0 s; give 1 s to 1000000000 s, or -1 s for "
               "ever");
        BOOST_TEST(error.reasons()[2]
            == "plugin wrong: the function wrong.wrong.c cannot be cached; only GET and POST routes can");
        return true;
    });
}

BOOST_AUTO_TEST_CASE(a_ttl_of_nothing_is_refused_at_the_start)
{
    cache_settings configured;
    configured.enabled = true;
    configured.ttl = 0;
    BOOST_CHECK_THROW(make_cache(configured, {}), load_error);
    configured.ttl = -1;
    BOOST_TEST(make_cache(configured, {}));
    configured.enabled = false;
    BOOST_TEST(!make_cache(configured, {}));
}

BOOST_AUTO_TEST_SUITE_END()
