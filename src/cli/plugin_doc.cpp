#include "plugin_doc.hpp"

#include "plugin_choice.hpp"

#include <framex/config/nearest.hpp>
#include <framex/model/json.hpp>

#include <boost/core/demangle.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

namespace framex::cli {

namespace {

/// A limit of JSON Schema and how a person reads it.
struct limit_words {
    char const* key;
    char const* before;
    char const* after;
};
constexpr limit_words limits[] = {
    {"minimum", "at least ", ""},
    {"maximum", "at most ", ""},
    {"minLength", "at least ", " characters"},
    {"maxLength", "at most ", " characters"},
    {"minItems", "at least ", " items"},
    {"maxItems", "at most ", " items"},
    {"minProperties", "at least ", " members"},
    {"maxProperties", "at most ", " members"},
    {"pattern", "like ", ""},
};

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string json_code(json::value const& value) { return code(to_json(value)); }

std::string type_of(json::value const& schema);

std::string base_type_of(json::object const& schema)
{
    if (auto const* name = schema.if_contains("$ref"))
        return code(std::string_view(name->get_string()).substr(sizeof "#/components/schemas/" - 1));
    if (auto const* choices = schema.if_contains("anyOf")) {
        std::string text;
        for (auto const& one : choices->get_array())
            text += (text.empty() ? "" : " or ") + type_of(one);
        return text;
    }
    if (auto const* values = schema.if_contains("enum")) {
        std::string text = "one of";
        for (auto const& one : values->get_array())
            text += " " + json_code(one);
        return text;
    }
    if (auto const* items = schema.if_contains("items"))
        return "list of " + type_of(*items);
    if (auto const* values = schema.if_contains("additionalProperties"); values && values->is_object())
        return "map of " + type_of(*values);
    if (schema.contains("format"))
        return "file";
    auto const* type = schema.if_contains("type");
    return type ? std::string(type->get_string()) : "any JSON";
}

/// "integer, at least 1, at most 1000"
std::string type_of(json::value const& schema)
{
    auto const& object = schema.get_object();
    auto text = base_type_of(object);
    for (auto const& [key, before, after] : limits)
        if (auto const* limit = object.if_contains(key))
            text += std::string(", ") + before
                + (limit->is_string() ? code(limit->get_string()) : to_json(*limit)) + after;
    return text;
}

/// As C++ writes it: what no schema describes is called by plugins only.
std::string type_of(native_type const& type)
{
    static std::string const long_name = boost::core::demangle(typeid(std::string).name());
    auto name = boost::core::demangle(type.info->name());
    for (auto at = name.find(long_name); at != name.npos; at = name.find(long_name, at))
        name.replace(at, long_name.size(), "std::string");
    return code(name);
}

/// A cell of a table: "|" would end it.
std::string cell(std::string text)
{
    for (auto at = text.find('|'); at != text.npos; at = text.find('|', at + 2))
        text.insert(at, 1, '\\');
    return text;
}

char const* place_of(route const& entry, parameter const& one)
{
    if (entry.method.empty())
        return "call";
    switch (one.place) {
    case parameter_place::path:
        return "path";
    case parameter_place::query:
        return "query";
    case parameter_place::body:
        break;
    }
    return entry.body == body_kind::multipart ? "form" : "body";
}

std::string default_of(parameter const& one)
{
    if (!one.fallback.empty())
        return code(one.fallback);
    return one.required ? "required" : "may be missing";
}

class page {
public:
    explicit page(plugin_entry const& entry) : entry_(entry) {}

    std::string text() &&
    {
        write_head();
        for (auto const& one : entry_.define(entry_.id, entry_.class_name))
            write_route(one);
        for (auto const& [name, schema] : models_.components())
            write_model(name, schema.get_object());
        return std::move(text_);
    }

private:
    void write_head()
    {
        auto const& about = *entry_.metadata;
        text_ = "# " + entry_.id + (about.version.empty() ? "" : " " + about.version) + "\n\n";
        if (!about.description.empty())
            text_ += about.description + "\n\n";
        write_fact("Author", about.author);
        write_fact("Page", about.url);
        write_fact("Class", code(entry_.class_name));
        std::string required;
        for (auto const& api : about.required_remote_apis)
            required += (required.empty() ? "" : ", ") + code(api);
        write_fact("Requires", required.empty() ? "nothing" : required);
    }
    void write_fact(std::string_view name, std::string_view fact)
    {
        if (!fact.empty())
            text_.append("- ").append(name).append(": ").append(fact).append("\n");
    }

    void write_route(route const& one)
    {
        bool const has_path = !one.method.empty();
        text_ += "\n## " + (has_path ? one.method + " " + one.path : one.function) + "\n\n";
        if (!one.summary.empty())
            text_ += one.summary + (one.summary.ends_with('.') ? "\n\n" : ".\n\n");
        if (!one.function.empty())
            text_ += has_path ? "Plugins call it as " + code(one.function) + ".\n\n"
                              : std::string("For plugins only.\n\n");
        if (one.body == body_kind::whole || one.body == body_kind::pulled)
            text_ += "It takes the request as it is.\n\n";
        if (one.body == body_kind::multipart)
            text_ += "Its body is a form, `multipart/form-data`.\n\n";
        write_parameters(one);
        text_ += result_of(one) + "\n";
    }
    void write_parameters(route const& one)
    {
        if (one.parameters.empty())
            return;
        text_ += "| parameter | in | type | default |\n| --- | --- | --- | --- |\n";
        for (auto const& each : one.parameters)
            text_ += "| " + code(each.name) + " | " + place_of(one, each) + " | "
                + cell(each.schema ? type_of(each.schema(models_)) : type_of(*each.type)) + " | "
                + cell(default_of(each)) + " |\n";
        text_ += "\n";
    }
    std::string result_of(route const& one)
    {
        auto const type = one.result_schema          ? type_of(one.result_schema(models_))
            : *one.result_type->info == typeid(void) ? std::string("nothing")
                                                     : type_of(*one.result_type);
        auto const media = one.media_type.empty() ? "" : ", as `" + one.media_type + "`";
        auto const cached = one.cache ? ", kept in the cache" : "";
        switch (one.answer) {
        case answer_kind::response:
            return "Answers with a response of its own.";
        case answer_kind::streamed:
            return "Answers with a response of its own, whose body is a stream.";
        case answer_kind::sse:
            return "Streams events, `text/event-stream`.";
        case answer_kind::chunked:
            return "Streams text" + media + ".";
        case answer_kind::json_lines:
            return "Streams JSON lines, each: " + type + media + ".";
        case answer_kind::json:
            break;
        }
        return (one.method.empty()     ? "Gives: "
                       : one.enveloped ? "Answers in the envelope: "
                                       : "Answers: ")
            + type + cached + ".";
    }

    void write_model(std::string_view name, json::object const& schema)
    {
        text_.append("\n## Model ").append(name).append("\n\n");
        auto const* members = schema.if_contains("properties");
        if (!members) {
            text_ += "A value: " + base_type_of(schema) + ".\n";
            return;
        }
        text_ += "| member | type | default | meaning |\n| --- | --- | --- | --- |\n";
        auto const* required = schema.if_contains("required");
        for (auto const& [member, described] : members->get_object()) {
            auto const& object = described.get_object();
            auto const* fallback = object.if_contains("default");
            auto const* about = object.if_contains("description");
            bool const must_be = required
                && std::ranges::find(required->get_array(), json::value(member))
                    != required->get_array().end();
            text_ += "| " + code(member) + " | " + cell(type_of(described)) + " | "
                + cell(fallback   ? json_code(*fallback)
                        : must_be ? std::string("required")
                                  : std::string("may be missing"))
                + " | " + cell(about ? std::string(about->get_string()) : std::string()) + " |\n";
        }
    }

    plugin_entry const& entry_;
    schema_registry models_;
    std::string text_;
};

problem refusal_of(plugin_error const& error, std::string const& name, cli_environment const& environment)
{
    auto fault = problem_of(error, name, environment);
    if (error.fault() == plugin_fault::not_found)
        if (auto const near = nearest(name, names_of(environment.linked.builtin)))
            fault.help = "did you mean `" + *near + "`?";
    return fault;
}

} // namespace

std::string page_of(plugin_entry const& entry) { return page(entry).text(); }

int document_plugins(cli_environment const& environment, std::span<std::string const> names,
    std::span<std::filesystem::path const> folders, colours paint)
{
    std::vector<problem> problems;
    bool is_first = true;
    auto const print = [&](plugin_entry const& entry) {
        auto const text = page_of(entry);
        environment.out << (std::exchange(is_first, false) ? "" : "\n") << text;
    };
    for (auto const& name : names)
        try {
            if (auto const* const linked = environment.linked.find(name))
                print(*linked);
            else
                for (auto const& file : find_plugins(name, folders))
                    print(load_plugin(file));
        } catch (plugin_error const& error) {
            problems.push_back(refusal_of(error, name, environment));
        } catch (std::logic_error const& error) { // of a route
            problems.push_back(route_problem(name, error));
        }
    environment.err << render(problems, paint);
    return problems.empty() ? done : plugin_refused;
}

} // namespace framex::cli
