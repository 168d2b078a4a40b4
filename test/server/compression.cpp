// Which coding a client gets, and that its decoder understands it.
#include "coded.hpp"

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

std::string best(std::vector<std::string> const& lines,
    std::vector<coding> const& offered = {all_codings.begin(), all_codings.end()})
{
    accepted_codings accepted;
    for (auto const& line : lines)
        accepted.add(line);
    return std::string(name_of(accepted.best_of(offered)));
}

std::string field_of(response const& reply, std::string_view name)
{
    auto const value = reply.headers[name];
    return {value.data(), value.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(the_greatest_weight_wins_and_of_equals_the_first_offered)
{
    BOOST_TEST(best({}) == "identity");
    BOOST_TEST(best({""}) == "identity");
    BOOST_TEST(best({"gzip, deflate, br, zstd"}) == "zstd");
    BOOST_TEST(best({"gzip, deflate, br"}) == "br");
    BOOST_TEST(best({"gzip, deflate, br"}, {coding::gzip, coding::br}) == "gzip");
    BOOST_TEST(best({"GZip"}) == "gzip");
    BOOST_TEST(best({"x-gzip"}) == "gzip");
    BOOST_TEST(best({"deflate, compress"}) == "identity");
    BOOST_TEST(best({"gzip;q=1.0, br;q=0.9, zstd;q=0.001"}) == "gzip");
    BOOST_TEST(best({"br;q=0.5", "gzip;q=0.501"}) == "gzip");
    BOOST_TEST(best({"gzip"}, {}) == "identity");
}

BOOST_AUTO_TEST_CASE(stars_and_identity_are_weighed)
{
    BOOST_TEST(best({"*"}) == "zstd");
    BOOST_TEST(best({"*;q=0"}) == "identity");
    BOOST_TEST(best({"zstd;q=0, *"}) == "br");
    BOOST_TEST(best({"gzip;q=0.2, *;q=0.1"}) == "gzip");
    BOOST_TEST(best({"*;q=0, gzip;q=0.1"}) == "gzip");
    BOOST_TEST(best({"identity"}) == "identity");
    BOOST_TEST(best({"identity, gzip"}) == "gzip");
    BOOST_TEST(best({"identity;q=0.8, gzip;q=0.5"}) == "identity");
    BOOST_TEST(best({"identity;q=0.5, gzip;q=0.5"}) == "gzip");
    BOOST_TEST(best({"identity;q=0"}) == "identity"); // an answer that is refused helps nobody
    BOOST_TEST(best({"identity;q=0, gzip;q=0.001"}) == "gzip");
    BOOST_TEST(best({"gzip;q=0"}) == "identity");
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_grammar_counts_for_nothing)
{
    for (std::string const list :
        {"gzip;q=", "gzip;q=2", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=-1", "gzip;q=.5", "gzip;q=a",
            "gzip;level=1", "gzip q=1", "gzip;q", "gzip;q=0x1", "gzip;q=1.0.", ";q=1", "\"gzip\""})
        BOOST_TEST(best({list}) == "identity", list);
    for (std::string const list :
        {"gzip;Q=0.5", "gzip ; q=1", "gzip;q=1.", "gzip;q=0.123", ", ,gzip,", "br;q=, gzip"})
        BOOST_TEST(best({list}) == "gzip", list);
}

BOOST_AUTO_TEST_CASE(every_coding_is_read_by_its_own_decoder)
{
    for (auto const how : all_codings)
        for (std::string const& text : {long_text(200), long_text(), long_text(1 << 19),
                 std::string(40000, 'a'), std::string(300, '\0') + "\xff\x80"}) {
            std::string packed = "what was there before";
            BOOST_TEST_INFO(name_of(how) << " " << text.size());
            BOOST_TEST_REQUIRE(compress(how, text, packed));
            BOOST_TEST(packed.size() < text.size());
            BOOST_TEST((decoded(how, packed) == text));
        }
}

BOOST_AUTO_TEST_CASE(what_would_not_shrink_is_left_alone)
{
    std::string packed;
    for (auto const how : all_codings)
        for (std::string const& text : {std::string(), std::string("a"), std::string("short"), noise(5000)}) {
            BOOST_TEST_INFO(name_of(how) << " " << text.size());
            BOOST_TEST(!compress(how, text, packed));
        }
    BOOST_TEST(!compress(coding::identity, long_text(), packed));
}

BOOST_AUTO_TEST_CASE(texts_are_compressible_and_streams_and_pictures_are_not)
{
    for (std::string const type : {"text/html", "text/plain; charset=utf-8", "TEXT/CSS", "application/json",
             "application/problem+json", "image/svg+xml", "application/atom+xml ;x=y", "application/wasm",
             "application/javascript", "text/javascript", "application/xml"})
        BOOST_TEST(is_compressible(type), type);
    for (std::string const type : {"", "text/event-stream", "Text/Event-Stream; charset=utf-8", "image/png",
             "application/octet-stream", "application/zip", "video/mp4", "+json", "multipart/form-data"})
        BOOST_TEST(!is_compressible(type), type);
}

BOOST_AUTO_TEST_CASE(a_response_is_coded_with_the_fields_that_say_so)
{
    auto reply = coded_page({{"ETag", "\"v1\""}});
    BOOST_TEST(compress_response(reply, coding::br, 1024));
    BOOST_TEST(field_of(reply, "Content-Encoding") == "br");
    BOOST_TEST(field_of(reply, "ETag") == "W/\"v1\"");
    BOOST_TEST(decoded(coding::br, reply.body) == long_text());
    auto weak = coded_page({{"ETag", "W/\"v1\""}}, 404);
    BOOST_TEST(compress_response(weak, coding::zstd, 1024));
    BOOST_TEST(field_of(weak, "ETag") == "W/\"v1\"");
    BOOST_TEST(field_of(weak, "Content-Encoding") == "zstd");
}

BOOST_AUTO_TEST_CASE(a_response_that_another_client_would_get_coded_says_so_too)
{
    auto plain = coded_page({{"ETag", "\"v1\""}});
    BOOST_TEST(compress_response(plain, coding::identity, 1024));
    BOOST_TEST(plain.body == long_text());
    BOOST_TEST(field_of(plain, "ETag") == "\"v1\"");
    BOOST_TEST(field_of(plain, "Content-Encoding") == "");
}

BOOST_AUTO_TEST_CASE(a_response_that_must_not_be_touched_is_not)
{
    std::vector<response> kept{coded_page({{"Content-Encoding", "identity"}}),
        coded_page({{"Cache-Control", "no-transform"}}),
        coded_page({{"Cache-Control", "private, No-Transform"}}), coded_page({{"Content-Type", "image/png"}}),
        coded_page({}, 204), coded_page({}, 205), coded_page({}, 206)};
    for (auto& reply : kept) {
        auto const before = reply;
        BOOST_TEST(!compress_response(reply, coding::gzip, 1024));
        BOOST_TEST(reply.body == before.body);
        BOOST_TEST(field_of(reply, "Content-Encoding") == field_of(before, "Content-Encoding"));
    }
    auto small = coded_page();
    BOOST_TEST(!compress_response(small, coding::gzip, small.body.size() + 1));
    BOOST_TEST(compress_response(small, coding::gzip, small.body.size()));
}

BOOST_AUTO_TEST_SUITE_END()
