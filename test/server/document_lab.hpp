/// Routes of every kind for the tests of the document, and ways to look into it.
#pragma once

#include <framex/plugin/form.hpp>
#include <framex/server/openapi.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace shop {

enum class colour { red, blue };
BOOST_DESCRIBE_ENUM(colour, red, blue)

struct part {
    std::string sku;
    int qty = 1;

    static constexpr auto rules() { return framex::rules(framex::field(&part::qty, framex::defaulted)); }
};
BOOST_DESCRIBE_STRUCT(part, (), (sku, qty))

struct item {
    int id = 0;
    double ratio = 0.5;
    colour shade = colour::red;
    std::optional<part> inner;
    std::vector<colour> shades;
    boost::json::value extra;

    static constexpr auto rules()
    {
        return framex::rules(
            framex::field(&item::ratio, framex::defaulted), framex::field(&item::shade, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(item, (), (id, ratio, shade, inner, shades, extra))

struct tree {
    std::string label;
    std::vector<tree> children;
};
BOOST_DESCRIBE_STRUCT(tree, (), (label, children))

struct photo {
    std::string title;
    std::optional<colour> shade;
    std::vector<framex::upload> files;
};
BOOST_DESCRIBE_STRUCT(photo, (), (title, shade, files))

} // namespace shop

namespace framex::test::document_lab {

namespace json = boost::json;
using namespace shop;

template <class T>
parameter of(std::string name, parameter_place place = parameter_place::query, std::string fallback = {})
{
    parameter p;
    p.name = std::move(name);
    p.place = place;
    p.required = fallback.empty() && !is_optional<T>;
    p.fallback = std::move(fallback);
    p.schema = &schema_of<T>;
    return p;
}

template <class T = std::string>
route at(std::string method, std::string path, std::string plugin = "lab")
{
    route entry;
    entry.method = std::move(method);
    entry.path = std::move(path);
    entry.tags.push_back(plugin);
    entry.plugin = std::move(plugin);
    entry.enveloped = entry.path.starts_with("/api");
    entry.result_schema = &schema_of<T>;
    return entry;
}

inline route with(route entry, parameter p)
{
    entry.parameters.push_back(std::move(p));
    return entry;
}

inline route answering(route entry, answer_kind kind)
{
    entry.answer = kind;
    return entry;
}

inline std::vector<documented_plugin> plugins()
{
    std::vector<documented_plugin> all(2);
    all[0].id = "lab";
    all[0].metadata.name = "lab";
    all[0].metadata.version = "1.2.3";
    all[0].metadata.description = "corpus lab";
    all[0].metadata.author = "lab team";
    all[0].metadata.url = "https://example.com/lab/repo";
    all[1].id = "bare";
    return all;
}

inline openapi_info info()
{
    openapi_info about;
    about.version = "0.1.0";
    about.runtime = "2.0";
    about.started_at = "2026-01-31 08:15:00";
    about.needs_key = [](std::string_view path) { return path == "/api/v1/lab/model"; };
    return about;
}

/// One route of each kind that the document tells apart.
inline std::vector<route> routes()
{
    std::vector<route> all;
    all.push_back(with(at("GET", "/api/v1/echo"), of<std::string>("message")));
    all.back().function = "lab.LabPlugin.echo_text";
    all.push_back(
        with(at<part>("GET", "/api/v1/lab/item/{item_id}"), of<int>("item_id", parameter_place::path)));
    all.push_back(with(at<std::vector<part>>("GET", "/api/v1/lab/defaulted"), of<int>("limit", {}, "10")));
    all.back().parameters[0].place = parameter_place::query;
    all.push_back(with(at("GET", "/api/v1/lab/colour"), of<colour>("colour")));
    all.push_back(with(at("GET", "/api/v1/lab/nullable"), of<std::optional<std::string>>("q")));
    all.push_back(with(at<item>("POST", "/api/v1/lab/model"), of<item>("model", parameter_place::body)));
    all.push_back(
        with(at("POST", "/api/v1/lab/list_body"), of<std::vector<int>>("ids", parameter_place::body)));
    all.push_back(
        with(at("PUT", "/api/v1/lab/tree"), of<std::optional<tree>>("tree", parameter_place::body)));
    all.push_back(with(answering(at("GET", "/api/v1/lab/stream"), answer_kind::sse), of<int>("n")));
    all.push_back(answering(at("GET", "/api/v1/lab/text"), answer_kind::chunked));
    all.push_back(answering(at<part>("GET", "/api/v1/lab/lines"), answer_kind::json_lines));
    all.push_back(answering(at("GET", "/lab/files/{rest:path}", "bare"), answer_kind::response));
    all.push_back(at<std::map<std::string, double>>("GET", "/lab/plain"));
    all.back().tags = {"custom-tag"};
    all.push_back(at("POST", "/api/v1/lab/upload"));
    all.back().body = body_kind::multipart;
    all.push_back(at("POST", "/api/v1/lab/whole"));
    all.back().body = body_kind::whole;
    all.back().result_schema = nullptr;
    all.push_back(at("DELETE", "/api/v1/echo"));
    all.back().summary = "Forgets the echo";
    return all;
}

inline json::object document(std::vector<route> const& table, openapi_info const& about = info())
{
    return json::parse(openapi_document(table, plugins(), about)).as_object();
}

inline json::object operation(json::object const& made, std::string_view path, std::string_view method)
{
    return made.at("paths").as_object().at(path).as_object().at(method).as_object();
}

inline json::value const& schema_in(json::object const& made, std::string_view name)
{
    return made.at("components").as_object().at("schemas").as_object().at(name);
}

inline std::string text(json::value const& v) { return json::serialize(v); }

/// Every member called `key`, at any depth.
inline void collect(json::value const& v, std::string_view key, std::vector<json::value>& into)
{
    if (auto const* object = v.if_object()) {
        for (auto const& member : *object) {
            if (member.key() == key)
                into.push_back(member.value());
            collect(member.value(), key, into);
        }
    } else if (auto const* array = v.if_array())
        for (auto const& element : *array)
            collect(element, key, into);
}

inline std::vector<json::value> all_of(json::value const& v, std::string_view key)
{
    std::vector<json::value> found;
    collect(v, key, found);
    return found;
}

} // namespace framex::test::document_lab
