#include "server/openapi_components.hpp"
#include "server/openapi_published.hpp"
#include "server/openapi_text.hpp"

#include <framex/model/writer.hpp>
#include <framex/plugin/form.hpp>
#include <framex/server/openapi.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <unordered_set>

namespace framex {

namespace {

using namespace openapi;

json::object response_of(std::string_view description, std::string_view media_type, json::value schema)
{
    json::object answer;
    answer["description"] = description;
    answer["content"].emplace_object()[media_type].emplace_object()["schema"] = std::move(schema);
    return answer;
}

std::string_view media_type_of(route const& entry, std::string_view usual)
{
    return entry.media_type.empty() ? usual : std::string_view(entry.media_type);
}

/// T of a schema made from optional<T>.
json::value without_null(json::value schema)
{
    auto* choices = schema.as_object().if_contains("anyOf");
    return choices ? json::value(choices->as_array().front()) : schema;
}

/// Makes the document; one object a document.
class document {
public:
    document(std::vector<route> const& routes, std::vector<documented_plugin> const& plugins,
        openapi_info const& info, json::object const& published_schemas)
        : plugins_(plugins), info_(info), published_schemas_(published_schemas)
    {
        for (auto const& entry : routes)
            if (!entry.method.empty() && entry.include_in_schema)
                shown_.push_back(&entry);
    }

    json::object made()
    {
        register_models();
        add_probes();
        for (auto const* entry : shown_)
            add(*entry);
        json::object root;
        root["openapi"] = "3.1.0";
        root["info"] = about();
        root["paths"] = std::move(paths_);
        auto& components = root["components"].emplace_object();
        components["schemas"] = components_.finished();
        if (keyed_) {
            auto& key = components["securitySchemes"].emplace_object()["key"].emplace_object();
            key = {{"type", "apiKey"}, {"in", "header"}, {"name", "Authorization"}};
            key["description"] = "The key as it stands in the configuration, without a scheme before it";
        }
        root["tags"] = tags();
        return root;
    }

private:
    void register_models()
    {
        for (auto const* entry : shown_) {
            for (auto const& p : entry->parameters)
                if (p.schema)
                    p.schema(components_.registry());
            if (entry->result_schema)
                entry->result_schema(components_.registry());
        }
    }

    json::object about() const
    {
        json::object about;
        about["title"] = info_.title;
        about["description"] =
            "\n**Runtime** `v" + info_.runtime + "`\n\n**Started At** `" + info_.started_at + "`\n";
        about["version"] = info_.version;
        return about;
    }

    void add_probes()
    {
        for (std::string const name : {"health", "version", "ping"}) {
            json::object operation;
            operation["summary"] = title_of(name);
            operation["operationId"] = name + "_" + name + "_get";
            operation["responses"].emplace_object()["200"] =
                response_of("Successful Response", "application/json", {{"type", "string"}});
            paths_["/" + name].emplace_object()["get"] = std::move(operation);
        }
    }

    void add(route const& entry)
    {
        std::string id = operation_id_of(entry.method, template_of(entry.path));
        std::string const plain = id;
        for (int n = 2; !ids_.insert(id).second; ++n)
            id = plain + "_" + std::to_string(n);
        std::string method = entry.method;
        std::ranges::transform(
            method, method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto& methods = paths_[template_of(entry.path)];
        if (!methods.is_object())
            methods.emplace_object();
        methods.get_object()[method] = operation(entry, id);
    }

    /// As the other service describes it. Those of the plugins' own come before, so that their components
    /// keep their names.
    json::object published(route const& entry)
    {
        if (!adopted_)
            adopted_.emplace(components_, published_schemas_);
        return adopted_->adopted(entry.published->operation);
    }

    json::object operation(route const& entry, std::string const& id)
    {
        auto made = entry.published ? published(entry) : json::object();
        made["tags"] = json::array(entry.tags.begin(), entry.tags.end());
        if (!entry.published) {
            made["summary"] = summary_of(entry);
            if (auto text = description_of(entry); !text.empty())
                made["description"] = std::move(text);
        }
        made["operationId"] = id;
        bool const keyed = entry.keys || (info_.needs_key && info_.needs_key(entry.path));
        keyed_ = keyed_ || keyed;
        if (keyed)
            made["security"].emplace_array().emplace_back(json::object{{"key", json::array()}});
        if (!entry.published)
            describe(entry, id, keyed, made);
        return made;
    }

    void describe(route const& entry, std::string const& id, bool keyed, json::object& made)
    {
        if (auto list = parameters(entry); !list.empty())
            made["parameters"] = std::move(list);
        if (auto body = request_body(entry, id); !body.empty())
            made["requestBody"] = std::move(body);
        made["responses"] = responses(entry, keyed);
    }

    json::object parameter_of(
        std::string_view name, std::string_view place, bool required, json::value schema)
    {
        json::object made;
        made["name"] = name;
        made["in"] = place;
        made["required"] = required;
        schema.as_object()["title"] = title_of(name);
        made["schema"] = std::move(schema);
        return made;
    }

    json::array parameters(route const& entry)
    {
        json::array list;
        auto unnamed = names_in(template_of(entry.path)); // those that only a handler with a `request` reads
        for (auto const& p : entry.parameters) {
            std::erase(unnamed, p.name);
            if (p.place == parameter_place::body || !p.schema)
                continue;
            auto schema = components_.in_place(p.schema(components_.registry()));
            auto made = parameter_of(
                p.name, p.place == parameter_place::path ? "path" : "query", p.required, std::move(schema));
            if (!p.fallback.empty())
                made["schema"].get_object()["default"] = json::parse(p.fallback);
            list.push_back(std::move(made));
        }
        for (auto const& name : unnamed)
            list.push_back(parameter_of(name, "path", true, {{"type", "string"}}));
        return list;
    }

    json::object request_body(route const& entry, std::string const& id)
    {
        auto const body = std::ranges::find(entry.parameters, parameter_place::body, &parameter::place);
        if (body != entry.parameters.end() && body->schema)
            return named_body(entry, *body, id);
        if (entry.body == body_kind::multipart)
            return body_of("multipart/form-data", components_.add("Body_" + id, any_form(id)), true);
        if ((entry.body == body_kind::whole || entry.body == body_kind::pulled) && entry.method != "GET"
            && entry.method != "DELETE")
            return body_of("*/*", json::object(), false);
        return {};
    }

    json::object body_of(std::string_view media_type, json::object schema, bool required)
    {
        if (auto const name = referred(schema); !name.empty())
            components_.mark_as_request(name);
        json::object body;
        body["content"].emplace_object()[media_type].emplace_object()["schema"] = std::move(schema);
        body["required"] = required;
        return body;
    }

    json::object named_body(route const& entry, parameter const& p, std::string const& id)
    {
        auto schema = without_null(p.schema(components_.registry()));
        if (referred(schema).empty()) {
            schema.as_object()["title"] = title_of(p.name);
            schema = components_.add("Body_" + id, std::move(schema));
        }
        bool const is_form = entry.body == body_kind::multipart;
        return body_of(
            is_form ? "multipart/form-data" : "application/json", std::move(schema.as_object()), p.required);
    }

    /// A multipart_reader takes whatever parts come; one file is named so that forms can be filled in.
    static json::object any_form(std::string const& id)
    {
        json::object file = detail::file_schema().as_object();
        file["title"] = "File";
        json::object form;
        form["properties"].emplace_object()["file"] = std::move(file);
        form["additionalProperties"] = true;
        form["type"] = "object";
        form["title"] = "Body_" + id;
        form["description"] =
            "The operation reads the parts as they come; it says itself which names it knows";
        return form;
    }

    json::object success(route const& entry, bool enveloped)
    {
        constexpr std::string_view good = "Successful Response";
        constexpr std::string_view begun = "The stream has begun; an error after that ends it";
        json::value data = {{"type", "null"}};
        if (entry.result_schema)
            data = entry.result_schema(components_.registry());
        switch (entry.answer) {
        case answer_kind::response:
        case answer_kind::streamed:
            return response_of(good, "*/*", json::object());
        case answer_kind::sse:
            return response_of("One event after another; an error after the first is an event `error`",
                media_type_of(entry, "text/event-stream"), components_.event());
        case answer_kind::chunked:
            return response_of(begun, media_type_of(entry, "text/plain"), {{"type", "string"}});
        case answer_kind::json_lines:
            return response_of(begun, media_type_of(entry, "application/x-ndjson"), std::move(data));
        case answer_kind::json:
            break;
        }
        if (entry.enveloped)
            data = components_.envelope_of(data);
        if (info_.errors_as_200 && enveloped) {
            json::object either;
            either["anyOf"] = json::array{data, components_.error(true)};
            data = std::move(either);
        }
        return response_of(good, "application/json", std::move(data));
    }

    json::object responses(route const& entry, bool keyed)
    {
        bool const enveloped = entry.path.starts_with("/api"); // errors are, whatever a success looks like
        json::object all;
        auto const fails = [&](std::string_view status, std::string_view description) {
            all[status] = response_of(description, "application/json", components_.error(enveloped));
        };
        all["200"] = success(entry, enveloped);
        bool const real_status = !(info_.errors_as_200 && enveloped);
        if (real_status && keyed)
            fails("401", "The key is missing or wrong");
        if (real_status && entry.path.find('{') != std::string::npos)
            fails("404", "Nothing has this path");
        if (can_be_invalid(entry))
            all["422"] = response_of("Validation Error", "application/json", components_.invalid(enveloped));
        fails("500", "The operation failed");
        if (real_status)
            fails("default", "Another error, in this shape whatever its status");
        return all;
    }

    /// Text of a path and optional text of a query are valid whatever they are.
    bool can_be_invalid(route const& entry)
    {
        return std::ranges::any_of(entry.parameters, [&](parameter const& p) {
            if (p.place == parameter_place::body || (p.place == parameter_place::query && p.required)
                || !p.schema)
                return true;
            auto const schema = without_null(p.schema(components_.registry()));
            auto const* type = schema.as_object().if_contains("type");
            return !type || *type != "string";
        });
    }

    json::array tags() const
    {
        json::array all;
        std::unordered_set<std::string_view> seen;
        for (auto const* entry : shown_)
            for (auto const& name : entry->tags) {
                if (!seen.insert(name).second)
                    continue;
                json::object tag;
                tag["name"] = name;
                auto const plugin = std::ranges::find(plugins_, entry->plugin, &documented_plugin::id);
                if (plugin != plugins_.end())
                    if (auto text = description_of(plugin->metadata); !text.empty())
                        tag["description"] = std::move(text);
                all.push_back(std::move(tag));
            }
        return all;
    }

    std::vector<documented_plugin> const& plugins_;
    openapi_info const& info_;
    json::object const& published_schemas_;
    std::optional<adopted_schemas> adopted_; ///< absent: nothing published was seen yet
    std::vector<route const*> shown_;
    component_set components_;
    json::object paths_;
    std::unordered_set<std::string> ids_;
    bool keyed_ = false;
};

} // namespace

std::string openapi_document(std::vector<route> const& routes, std::vector<documented_plugin> const& plugins,
    openapi_info const& info, json::object const& published_schemas)
{
    std::string text;
    write_json(text, json::value(document(routes, plugins, info, published_schemas).made()));
    return text;
}

} // namespace framex
