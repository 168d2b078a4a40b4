#include "document.hpp"

#include "operation_reader.hpp"

#include <framex/http/path_pattern.hpp>
#include <framex/model/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <map>
#include <utility>

namespace framex::proxy {

namespace {

constexpr std::array<char const*, 9> methods = {
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query"};

std::string in_capitals(std::string_view method)
{
    std::string text;
    for (char const c : method)
        text += static_cast<char>(c - 'a' + 'A');
    return text;
}

/// What is wrong with a text that is no JSON, in the reader's words.
std::string reason_of(issue const& fault)
{
    error_code ignored;
    auto const context = json::parse(fault.ctx, ignored);
    auto const* reason = context.find_pointer("/error", ignored);
    std::string text = "is no JSON";
    if (reason && reason->is_string())
        text.append(": ").append(reason->get_string().c_str());
    if (auto const* at = fault.loc.empty() ? nullptr : std::get_if<std::size_t>(&fault.loc.back()))
        text += ", at octet " + std::to_string(*at);
    return text;
}

json::object parsed(std::string_view text, import_limits const& limits)
{
    if (text.size() > limits.octets)
        throw document_error("has more than " + std::to_string(limits.octets) + " octets");
    json::value root;
    std::vector<issue> issues;
    read_options options;
    options.depth = limits.depth;
    if (!read_json(text, root, issues, options))
        throw document_error(reason_of(issues.front()));
    auto* object = root.if_object();
    if (object && object->contains("swagger"))
        throw document_error(
            "is one of Swagger 2.0, and OpenAPI 3.x is wanted: convert it, or let the upstream "
            "serve OpenAPI 3");
    auto const* version = object ? object->if_contains("openapi") : nullptr;
    if (!version || !version->is_string())
        throw document_error("is no OpenAPI document: it has no version `openapi`");
    if (!version->get_string().starts_with("3."))
        throw document_error("is one of OpenAPI " + to_json(*version) + ", and 3.x is wanted");
    return std::move(*object);
}

class importer {
public:
    importer(json::object const& root, import_limits const& limits)
        : root_(root), limits_(limits), from_(root),
          copies_(from_, limits.depth, root.at("openapi").get_string().starts_with("3.0")),
          schemas_(root, copies_), reader_(from_, copies_, schemas_)
    {
    }

    imported_document run() &&
    {
        auto const* paths = root_.if_contains("paths");
        if (paths && !paths->is_object())
            throw document_error("is no OpenAPI document: its paths are no object");
        if (paths)
            for (auto const& each : paths->get_object())
                if (each.key().starts_with('/'))
                    path(std::string(each.key()), each.value());
        made_.schemas = schemas_.with_all_below(used_);
        return std::move(made_);
    }

private:
    void path(std::string const& path, json::value const& described)
    {
        json::object const* item = nullptr;
        try {
            item = from_.follow(described).if_object();
            if (!item)
                throw oddity("the path is no object");
        } catch (oddity const& why) {
            count();
            made_.skipped.push_back({"", path, why.what()});
            return;
        }
        for (char const* method : methods)
            if (auto const* found = item->if_contains(method))
                add(in_capitals(method), path, *found, item->if_contains("parameters"));
    }

    void add(std::string const& method, std::string const& path, json::value const& described,
        json::value const* shared)
    {
        count();
        try {
            auto made = reader_.read(method, path, described, shared, used_);
            auto const [other, is_new] = routes_.try_emplace({method, path_pattern(made.route)}, path);
            if (!is_new)
                throw oddity("its requests are those of " + other->second);
            made_.operations.push_back(std::move(made));
        } catch (oddity const& why) {
            made_.skipped.push_back({method, path, why.what()});
        }
    }

    void count()
    {
        if (++seen_ > limits_.operations)
            throw document_error("has more than " + std::to_string(limits_.operations) + " operations");
    }

    json::object const& root_;
    import_limits const& limits_;
    references from_;
    unfolding copies_;
    schema_set schemas_;
    operation_reader reader_;
    imported_document made_;
    std::map<std::pair<std::string, path_pattern>, std::string> routes_; ///< the path by method and pattern
    schema_names used_;
    std::size_t seen_ = 0;
};

} // namespace

imported_document read_document(std::string_view json_text, import_limits const& limits)
{
    auto const root = parsed(json_text, limits);
    return importer(root, limits).run();
}

} // namespace framex::proxy
