#include "operation_reader.hpp"

#include "schema_shape.hpp"

#include <framex/http/message.hpp>
#include <framex/http/path.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/http/syntax.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace framex::proxy {

namespace {

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

/// A member that must be an object, a list or a text when it is there; null when it is not.
json::object const* object_in(json::object const& from, std::string_view name)
{
    auto const* member = from.if_contains(name);
    if (member && !member->is_object())
        throw oddity("its " + std::string(name) + " is no object");
    return member ? &member->get_object() : nullptr;
}

bool flag_in(json::object const& from, std::string_view name, bool usual)
{
    auto const* member = from.if_contains(name);
    return member && member->is_bool() ? member->get_bool() : usual;
}

std::string_view text_in(json::object const& from, std::string_view name)
{
    auto const* member = from.if_contains(name);
    return member && member->is_string() ? std::string_view(member->get_string()) : std::string_view();
}

template <class T>
struct named {
    std::string_view name;
    T value;
};

constexpr std::array<named<parameter_in>, 4> places{{{"path", parameter_in::path},
    {"query", parameter_in::query}, {"header", parameter_in::header}, {"cookie", parameter_in::cookie}}};

struct style_row {
    std::string_view name;
    parameter_style style;
    std::string_view places; ///< where it may be
};
constexpr std::array<style_row, 7> styles{{{"simple", parameter_style::simple, "path header"},
    {"label", parameter_style::label, "path"}, {"matrix", parameter_style::matrix, "path"},
    {"form", parameter_style::form, "query cookie"}, {"spaceDelimited", parameter_style::space, "query"},
    {"pipeDelimited", parameter_style::pipe, "query"}, {"deepObject", parameter_style::deep, "query"}}};

/// The template as the router knows paths. Throws oddity when it can have no such route.
path_pattern pattern_of(std::string const& path)
{
    std::string scratch;
    auto const normal = normalise_path(path, scratch);
    if (!normal)
        throw oddity("its path is malformed");
    bool const has_escaped_brace = std::ranges::count(*normal, '{') != std::ranges::count(path, '{');
    if (has_escaped_brace || path.find_first_of("?#*") != path.npos)
        throw oddity("its path holds one of ?, #, * and an escaped brace, which no route can have");
    try {
        return path_pattern(*normal);
    } catch (std::invalid_argument const& refused) {
        throw oddity(refused.what());
    }
}

content_kind kind_of(std::string_view media_type)
{
    if (is_json_media(media_type))
        return content_kind::json;
    if (media_type_is(media_type, "multipart/form-data"))
        return content_kind::multipart;
    return media_type_is(media_type, "application/x-www-form-urlencoded") ? content_kind::urlencoded
                                                                          : content_kind::octets;
}

bool is_stream_media(std::string_view media_type)
{
    constexpr std::array<std::string_view, 3> streams = {
        "text/event-stream", "application/x-ndjson", "application/json-seq"};
    return std::ranges::any_of(streams, [&](auto each) { return media_type_is(media_type, each); });
}

bool is_reserved_header(std::string_view name)
{
    constexpr std::array<std::string_view, 3> reserved = {"accept", "content-type", "authorization"};
    return std::ranges::any_of(reserved, [&](auto each) { return equals_ignoring_case(name, each); });
}

} // namespace

operation operation_reader::read(std::string const& method, std::string const& path,
    json::value const& described, json::value const* shared, schema_names& used)
{
    auto const* object = described.if_object();
    if (!object)
        throw oddity("it is no object");
    used_.clear();
    parameters_.clear();
    auto const pattern = pattern_of(path);
    operation made;
    made.method = method;
    made.path = path;
    made.route = pattern.text();
    if (shared)
        add_parameters(*shared);
    if (auto const* own = object->if_contains("parameters"))
        add_parameters(*own);
    add_undescribed(pattern.names());
    if (auto const* body = object->if_contains("requestBody"))
        read_body(made.body, *body);
    if (auto const* responses = object_in(*object, "responses"))
        made.streams = streams(*responses);
    made.shown = shown(operation_id_of(method, path), *object);
    schemas_.check(used_);
    for (auto& each : parameters_)
        made.parameters.push_back(std::move(each.facts));
    used.merge(used_);
    return made;
}

/// A parameter of the same name and place comes instead of the one before it.
void operation_reader::add_parameters(json::value const& list)
{
    auto const* all = list.if_array();
    if (!all)
        throw oddity("its parameters are no list");
    for (auto const& each : *all) {
        auto made = parameter(each);
        auto const& facts = made.facts;
        if (facts.in == parameter_in::header && is_reserved_header(facts.name))
            continue;
        auto const same = std::ranges::find_if(parameters_,
            [&](auto const& other) { return other.facts.in == facts.in && other.facts.name == facts.name; });
        if (same == parameters_.end())
            parameters_.push_back(std::move(made));
        else
            *same = std::move(made);
    }
}

operation_reader::described_parameter operation_reader::parameter(json::value const& described)
{
    auto const* object = from_.follow(described).if_object();
    if (!object)
        throw oddity("a parameter is no object");
    described_parameter made;
    auto& facts = made.facts;
    facts.name = text_in(*object, "name");
    if (facts.name.empty())
        throw oddity("a parameter has no name");
    auto const in = text_in(*object, "in");
    auto const place = std::ranges::find(places, in, &named<parameter_in>::name);
    if (place == places.end())
        throw oddity("parameter " + quoted(facts.name) + " is in " + quoted(in)
            + ", which is none of path, query, header and cookie");
    facts.in = place->value;
    if ((facts.in == parameter_in::header || facts.in == parameter_in::cookie) && !is_token(facts.name))
        throw oddity(
            "parameter " + quoted(facts.name) + " has a name that no " + std::string(in) + " can have");
    facts.required = facts.in == parameter_in::path || flag_in(*object, "required", false);
    read_style(facts, *object);
    if (auto const* schema = object->if_contains("schema")) {
        auto const shape = shape_of(*schema, from_);
        facts.is_list = shape.is_list;
        facts.is_object = shape.is_object;
    }
    made.shown = copies_.copy_of_parameter(described, used_);
    return made;
}

void operation_reader::read_style(operation_parameter& facts, json::object const& described) const
{
    bool const is_named = facts.in == parameter_in::query || facts.in == parameter_in::cookie;
    facts.style = is_named ? parameter_style::form : parameter_style::simple;
    if (object_in(described, "content")) {
        facts.style = parameter_style::json;
        return;
    }
    if (auto const text = text_in(described, "style"); !text.empty()) {
        auto const in = text_in(described, "in");
        auto const known = std::ranges::find(styles, text, &style_row::name);
        if (known == styles.end() || known->places.find(in) == known->places.npos)
            throw oddity("parameter " + quoted(facts.name) + " has the style " + quoted(text) + ", which no "
                + std::string(in) + " parameter has");
        facts.style = known->style;
    }
    facts.explode = flag_in(described, "explode", facts.style == parameter_style::form);
}

void operation_reader::add_undescribed(std::vector<std::string> const& names)
{
    std::erase_if(parameters_, [&](auto const& each) {
        return each.facts.in == parameter_in::path
            && std::ranges::find(names, each.facts.name) == names.end();
    });
    for (auto const& name : names) {
        auto const is_same = [&](auto const& each) {
            return each.facts.in == parameter_in::path && each.facts.name == name;
        };
        if (std::ranges::any_of(parameters_, is_same))
            continue;
        described_parameter made;
        made.facts.name = name;
        made.facts.in = parameter_in::path;
        made.facts.style = parameter_style::simple;
        made.facts.explode = false;
        made.facts.required = true;
        made.shown = {{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}};
        parameters_.push_back(std::move(made));
    }
}

void operation_reader::read_body(operation_body& body, json::value const& described) const
{
    auto const* object = from_.follow(described).if_object();
    auto const* content = object ? object_in(*object, "content") : nullptr;
    if (!content || content->empty())
        throw oddity("its requestBody has no content");
    for (auto const& each : *content)
        if (auto const kind = kind_of(each.key()); body.kind == content_kind::none || kind < body.kind) {
            body.kind = kind;
            body.media_type = each.key();
        }
    body.required = flag_in(*object, "required", false);
    auto const* media = content->at(body.media_type).if_object();
    if (!media)
        throw oddity("its requestBody of " + body.media_type + " is no object");
    auto const* schema = media->if_contains("schema");
    auto shape = schema ? shape_of(*schema, from_) : shape_of(json::object(), from_);
    body.is_object = shape.is_object;
    body.is_open = shape.is_open;
    body.parts = std::move(shape.parts);
}

bool operation_reader::streams(json::object const& responses) const
{
    for (auto const& each : responses) {
        if (!each.key().starts_with('2'))
            continue;
        auto const* object = from_.follow(each.value()).if_object();
        auto const* content = object ? object_in(*object, "content") : nullptr;
        if (content
            && std::ranges::any_of(*content, [](auto const& media) { return is_stream_media(media.key()); }))
            return true;
    }
    return false;
}

json::object operation_reader::shown(std::string const& id, json::object const& described)
{
    json::object made;
    for (char const* name : {"summary", "description"})
        if (auto const text = text_in(described, name); !text.empty())
            made[name] = text;
    if (flag_in(described, "deprecated", false))
        made["deprecated"] = true;
    made["operationId"] = id;
    if (!parameters_.empty()) {
        auto& list = made["parameters"].emplace_array();
        for (auto& each : parameters_)
            list.push_back(std::move(each.shown));
    }
    json::object rest;
    for (char const* name : {"requestBody", "responses"})
        if (auto const* part = described.if_contains(name))
            rest[name] = *part;
    auto copy = copies_.copy(std::move(rest), used_);
    for (auto& each : copy.get_object())
        made[each.key()] = std::move(each.value());
    if (!made.contains("responses"))
        made["responses"] = {{"200", {{"description", "Successful Response"}}}};
    return made;
}

std::string operation_id_of(std::string_view method, std::string_view path)
{
    std::string id = "route_handler" + std::string(path) + "_";
    for (char const c : method)
        id += to_lower(c);
    std::ranges::replace_if(
        id,
        [](char c) {
            bool const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            return !is_letter && !(c >= '0' && c <= '9') && c != '_';
        },
        '_');
    return id;
}

} // namespace framex::proxy
