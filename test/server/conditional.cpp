// Requests that want an answer only when it has changed: the document and the pages' files.
#include "server/conditional.hpp"

#include "served.hpp"

#include <framex/framex.hpp>
#include <framex/server/docs.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;
using namespace framex::test;

namespace {

bool is_current(std::vector<std::string> const& lines, std::string_view etag)
{
    fields asked;
    for (auto const& line : lines)
        asked.insert("If-None-Match", line);
    return has_current(asked, etag);
}

std::string field_of(std::string const& answer, std::string const& name)
{
    auto const at = answer.find("\r\n" + name + ": ");
    if (at == answer.npos)
        return "";
    auto const begin = at + name.size() + 4;
    return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

std::string ask_with(unsigned short port, std::string_view request, std::string_view fields)
{
    raw_client client(port);
    client.send(std::string(request)
            .append(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
            .append(fields)
            .append("\r\n"));
    return client.to_end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(conditional)

BOOST_AUTO_TEST_CASE(tags_are_strong_and_follow_the_content)
{
    auto const tag = etag_of("content");
    BOOST_TEST(tag.size() == 18u);
    BOOST_TEST((tag.starts_with('"') && tag.ends_with('"')));
    BOOST_TEST(tag == etag_of("content"));
    BOOST_TEST(tag != etag_of("content."));
}

BOOST_AUTO_TEST_CASE(a_tag_is_found_in_a_list_by_weak_comparison)
{
    for (std::string const list : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\",W/\"a\" , \"c\"", ", ,\"a\"",
             "*", "\"x,y\", \"a\"", " * "})
        BOOST_TEST(is_current({list}, "\"a\""), list);
    BOOST_TEST(is_current({"\"b\"", "\"a\""}, "\"a\""));
    BOOST_TEST(is_current({"\"a\""}, "W/\"a\""));
    BOOST_TEST(!is_current({}, "\"a\""));
    for (std::string const list : {"", "a", "\"A\"", "\"b\"", "\"a", "\"x,*,y\"", "\"b\", *", "\"x\",a,\"a\"",
             "w/\"a\"", "\"\"", "\"b\"\"a"})
        BOOST_TEST(!is_current({list}, "\"a\""), list);
    BOOST_TEST(!is_current({"\"x,\"a\",y\""}, "\"y\""));
}

BOOST_AUTO_TEST_CASE(the_document_is_sent_once_to_a_client_that_keeps_it)
{
    served<> service;
    auto const first = ask_with(service.port(), "GET /api/v1/openapi.json", "");
    auto const tag = field_of(first, "etag");
    BOOST_TEST(first.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(tag == etag_of(body_of(first)));
    BOOST_TEST(field_of(first, "cache-control") == "no-cache");
    for (std::string const request : {"GET /api/v1/openapi.json", "HEAD /api/v1/openapi.json"}) {
        auto const again = ask_with(service.port(), request, "If-None-Match: W/" + tag + "\r\n");
        BOOST_TEST(again.starts_with("HTTP/1.1 304 "));
        BOOST_TEST(field_of(again, "etag") == tag);
        BOOST_TEST(field_of(again, "cache-control") == "no-cache");
        BOOST_TEST(field_of(again, "Content-Type") == "");
        BOOST_TEST(body_of(again) == "");
    }
    auto const other = ask_with(service.port(), "GET /api/v1/openapi.json", "If-None-Match: \"other\"\r\n");
    BOOST_TEST(other.starts_with("HTTP/1.1 200 "));
    auto const head = ask_with(service.port(), "HEAD /api/v1/openapi.json", "");
    BOOST_TEST(field_of(head, "etag") == tag);
    BOOST_TEST(field_of(head, "Content-Length") == field_of(first, "Content-Length"));
}

BOOST_AUTO_TEST_CASE(a_file_of_the_pages_is_kept_for_ever_and_not_sent_twice)
{
    served<> service;
    auto const path = "/docs/assets/" + docs_pages::asset_name("pages.css");
    auto const first = ask_with(service.port(), "GET " + path, "Accept-Encoding: gzip\r\n");
    auto const tag = field_of(first, "etag");
    BOOST_TEST(first.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(tag.ends_with("-gzip\""));
    for (std::string const method : {"GET ", "HEAD "}) {
        auto const again = ask_with(
            service.port(), method + path, "Accept-Encoding: gzip\r\nIf-None-Match: \"0\", " + tag + "\r\n");
        BOOST_TEST(again.starts_with("HTTP/1.1 304 "));
        for (std::string const name : {"etag", "cache-control", "vary"})
            BOOST_TEST(field_of(again, name) == field_of(first, name), name);
        BOOST_TEST(has(field_of(again, "cache-control"), "immutable"));
        BOOST_TEST(body_of(again) == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()
