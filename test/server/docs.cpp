#include <framex/error.hpp>
#include <framex/server/docs.hpp>

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>

#include <set>
namespace {

using namespace framex;

docs_pages pages()
{
    std::vector<documented_plugin> plugins(2);
    plugins[0].id = "lab";
    plugins[0].metadata.version = "1.2.3";
    plugins[0].metadata.url = "https://example.com/lab/repo";
    plugins[1].id = "bare";
    plugins[1].metadata.version = "1.0";
    return docs_pages(std::move(plugins));
}

std::string field_of(response const& r, std::string_view name)
{
    auto const value = r.headers[name];
    return {value.data(), value.size()};
}

request for_asset(std::string_view name, std::vector<std::pair<std::string, std::string>> const& headers = {})
{
    request asked("GET", "/docs/assets/" + docs_pages::asset_name(name));
    for (auto const& [field, value] : headers)
        asked.headers.insert(field, value);
    return asked;
}

/// Whether `gzip` is a gzip file of `content`; RFC 1952: it ends in CRC-32 and length, the lowest octet
/// first.
bool is_gzip_of(std::string const& gzip, std::string const& content)
{
    boost::crc_32_type sum;
    sum.process_bytes(content.data(), content.size());
    std::string tail;
    for (std::size_t const word : {std::size_t{sum.checksum()}, content.size()})
        for (unsigned shift = 0; shift < 32; shift += 8)
            tail += static_cast<char>(word >> shift & 255);
    return gzip.starts_with("\x1f\x8b") && gzip.ends_with(tail);
}

/// Every src and href of a page.
std::set<std::string> links_in(std::string const& html)
{
    std::set<std::string> links;
    for (std::string const attribute : {"src=\"", "href=\""})
        for (auto at = html.find(attribute); at != std::string::npos; at = html.find(attribute, at)) {
            at += attribute.size();
            links.insert(html.substr(at, html.find('"', at) - at));
        }
    return links;
}

int status_thrown(docs_pages const& docs, response (docs_pages::*answer)(request const&) const,
    request const& asked, std::string& message)
{
    try {
        (docs.*answer)(asked);
    } catch (http_error const& e) {
        message = e.what();
        return e.status();
    }
    return 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(docs)

BOOST_AUTO_TEST_CASE(pages_have_their_titles_and_name_the_document)
{
    auto const docs = pages();
    auto const swagger = docs.swagger(request("GET", "/docs"));
    BOOST_TEST(swagger.status == 200);
    BOOST_TEST(swagger.body.find("<title>FrameX Docs</title>") != std::string::npos);
    BOOST_TEST(swagger.body.find("./api/v1/openapi.json") != std::string::npos);
    auto const redoc = docs.redoc(request("GET", "/redoc"));
    BOOST_TEST(redoc.body.find("<title>FrameX Redoc</title>") != std::string::npos);
    BOOST_TEST(redoc.body.find("./api/v1/openapi.json") != std::string::npos);
    auto const stream = docs.stream_console(request("GET", "/docs/stream"));
    BOOST_TEST(stream.body.find("\"../api/v1/openapi.json\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pages_are_not_stored_and_ask_no_other_host)
{
    auto const docs = pages();
    for (auto answer : {&docs_pages::swagger, &docs_pages::redoc, &docs_pages::stream_console}) {
        auto const page = (docs.*answer)(request("GET", "/docs"));
        BOOST_TEST(field_of(page, "content-type") == "text/html; charset=utf-8");
        BOOST_TEST(field_of(page, "cache-control") == "no-store");
        BOOST_TEST(field_of(page, "content-security-policy").starts_with("default-src 'self';"));
        BOOST_TEST(page.body.find("http") == page.body.npos);
        BOOST_TEST(page.body.find("{{") == page.body.npos);
    }
}

BOOST_AUTO_TEST_CASE(every_asset_that_a_page_names_is_answered)
{
    auto const docs = pages();
    std::size_t assets = 0;
    for (auto answer : {&docs_pages::swagger, &docs_pages::redoc, &docs_pages::stream_console})
        for (auto const& link : links_in((docs.*answer)(request("GET", "/docs")).body))
            if (auto const at = link.find("docs/assets/"); at != link.npos) {
                BOOST_TEST_INFO(link);
                BOOST_TEST(docs.asset(request("GET", "/" + link.substr(at))).status == 200);
                ++assets;
            }
    BOOST_TEST(assets >= 3u);
}

BOOST_AUTO_TEST_CASE(assets_are_sent_as_gzip_or_identity_as_the_client_accepts)
{
    auto const docs = pages();
    auto const identity = docs.asset(for_asset("pages.css"));
    BOOST_TEST(identity.status == 200);
    BOOST_TEST(identity.body.starts_with(":root"));
    BOOST_TEST(field_of(identity, "content-encoding").empty());
    BOOST_TEST(field_of(identity, "content-type") == "text/css; charset=utf-8");
    BOOST_TEST(field_of(identity, "vary") == "Accept-Encoding");
    BOOST_TEST(field_of(identity, "cache-control") == "public, max-age=31536000, immutable");
    auto const gzip = docs.asset(for_asset("pages.css", {{"Accept-Encoding", "br, gzip"}}));
    BOOST_TEST(field_of(gzip, "content-encoding") == "gzip");
    BOOST_TEST(gzip.body.size() < identity.body.size());
    BOOST_TEST(is_gzip_of(gzip.body, identity.body));
    BOOST_TEST(field_of(gzip, "etag") != field_of(identity, "etag"));
}

BOOST_AUTO_TEST_CASE(weights_and_stars_of_accept_encoding_count)
{
    auto const docs = pages();
    auto const coding = [&](std::vector<std::pair<std::string, std::string>> const& headers) {
        return field_of(docs.asset(for_asset("pages.css", headers)), "content-encoding");
    };
    BOOST_TEST(coding({{"Accept-Encoding", "GZIP;q=0.001"}}) == "gzip");
    BOOST_TEST(coding({{"Accept-Encoding", "gzip;q=0, *"}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", "gzip ; q=0.000"}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", "*"}}) == "gzip");
    BOOST_TEST(coding({{"Accept-Encoding", "*;q=0"}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", "identity"}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", "gzipped"}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", ""}}) == "");
    BOOST_TEST(coding({{"Accept-Encoding", "br"}, {"Accept-Encoding", "gzip"}}) == "gzip");
}

BOOST_AUTO_TEST_CASE(a_known_etag_is_answered_304_without_a_body)
{
    auto const docs = pages();
    auto const etag = field_of(docs.asset(for_asset("pages.css")), "etag");
    auto const status = [&](std::vector<std::pair<std::string, std::string>> const& headers) {
        auto const answer = docs.asset(for_asset("pages.css", headers));
        BOOST_TEST(answer.body.empty() == (answer.status == 304));
        BOOST_TEST(!field_of(answer, "etag").empty());
        return answer.status;
    };
    BOOST_TEST(status({{"If-None-Match", etag}}) == 304);
    BOOST_TEST(status({{"If-None-Match", "\"x\", W/" + etag}}) == 304);
    BOOST_TEST(status({{"If-None-Match", "*"}}) == 304);
    BOOST_TEST(status({{"If-None-Match", "\"x\""}}) == 200);
    BOOST_TEST(status({{"If-None-Match", etag}, {"Accept-Encoding", "gzip"}}) == 200);
}

BOOST_AUTO_TEST_CASE(unknown_assets_and_stale_names_are_404)
{
    auto const docs = pages();
    std::string message;
    std::vector<std::string> const names{"pages.css", "pages.0000000000000000.css", "", "nothing", "..",
        docs_pages::asset_name("stream.html")};
    for (auto const& name : names)
        BOOST_TEST(
            status_thrown(docs, &docs_pages::asset, request("GET", "/docs/assets/" + name), message) == 404);
    BOOST_TEST(docs_pages::asset_name("nothing") == "");
}

BOOST_AUTO_TEST_CASE(releases_tell_the_current_version_only)
{
    auto const answer = pages().plugin_release(request("GET", "/docs/plugin-release?plugin=lab"));
    BOOST_TEST(answer.body
        == R"({"has_update":false,"current_version":"v1.2.3","latest_version":null,"released_at":null,)"
           R"("repo_url":"https://example.com/lab/repo"})");
    BOOST_TEST(field_of(answer, "content-type") == "application/json");
}

BOOST_AUTO_TEST_CASE(releases_of_unknown_plugins_are_404_and_without_a_name_422)
{
    auto const docs = pages();
    std::string message;
    auto const status = [&](std::string const& id) {
        return status_thrown(
            docs, &docs_pages::plugin_release, request("GET", "/docs/plugin-release?plugin=" + id), message);
    };
    BOOST_TEST(status("nobody") == 404);
    BOOST_TEST(message == "Plugin not found: nobody");
    BOOST_TEST(status("bare") == 404);
    try {
        docs.plugin_release(request("GET", "/docs/plugin-release"));
        BOOST_ERROR("no validation_error");
    } catch (validation_error const& e) {
        std::string detail;
        write_issues(detail, e.issues());
        BOOST_TEST(
            detail == R"([{"type":"missing","loc":["query","plugin"],"msg":"Field required","input":null}])");
    }
}

BOOST_AUTO_TEST_CASE(settings_and_action_buttons_are_refused_in_the_recorded_words)
{
    auto const docs = pages();
    std::string message;
    BOOST_TEST(status_thrown(docs, &docs_pages::plugin_config,
                   request("GET", "/docs/plugin-config?plugin=lab"), message)
        == 403);
    BOOST_TEST(message == "Plugin config documentation requires auth");
    BOOST_TEST(status_thrown(docs, &docs_pages::action_button,
                   request("POST", "/docs/action-buttons/0/invoke"), message)
        == 404);
    BOOST_TEST(message == "Docs action button not found");
}

BOOST_AUTO_TEST_CASE(entries_answer_through_their_member)
{
    auto const docs = pages();
    std::set<std::string_view> paths;
    for (auto const& entry : docs_pages::entries()) {
        paths.insert(entry.path);
        if (entry.path == "/docs")
            BOOST_TEST((docs.*entry.answer)(request("GET", "/docs")).body
                == docs.swagger(request("GET", "/docs")).body);
    }
    BOOST_TEST(paths.size() == docs_pages::entries().size());
    BOOST_TEST(paths.contains("/redoc"));
    BOOST_TEST(paths.contains("/docs/assets/{name}"));
}

BOOST_AUTO_TEST_SUITE_END()
