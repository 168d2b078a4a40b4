#include <framex/http/path.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/plugin/api.hpp>

#include <algorithm>
#include <stdexcept>

namespace framex {

namespace {

constexpr std::string_view prefix = "/api/v1";

/// "/x" and "x" become "/api/v1/x"; the prefix itself and what lies below it stay.
std::string with_prefix(std::string const& path)
{
    if (path == prefix || (path.starts_with(prefix) && path[prefix.size()] == '/'))
        return path;
    return std::string(prefix) + (path.starts_with('/') ? "" : "/") + path;
}

/// The names of a path's parameters, in order. Throws std::logic_error for a path that no request can have.
std::vector<std::string> names_in(std::string const& path)
{
    path_pattern const pattern(path);
    std::string scratch;
    auto const normal = normalise_path(path, scratch);
    if (normal != path)
        throw std::logic_error("the path " + path + " is not normalised, so no request ever has it"
            + (normal ? ": write " + std::string(*normal) : std::string()));
    if (pattern.names().size() > max_path_parameters)
        throw std::logic_error("the path " + path + " has more than 8 parameters");
    return pattern.names();
}

void place_parameters(route& entry)
{
    auto const names = names_in(entry.path);
    for (auto const& name : names)
        if (!entry.injects
            && std::ranges::find(entry.parameters, name, &parameter::name) == entry.parameters.end())
            throw std::logic_error(
                "the path " + entry.path + " names {" + name + "}, but no arg(\"" + name + "\") was given");
    for (auto& p : entry.parameters) {
        auto const found = std::ranges::find(names, p.name);
        if (p.place == parameter_place::body || found == names.end())
            continue;
        p.place = parameter_place::path;
        p.required = true;
        p.path_index = static_cast<std::uint8_t>(found - names.begin());
    }
}

} // namespace

namespace detail {

std::vector<any_middleware>& list_of(route& target)
{
    if (!target.middleware)
        target.middleware = std::make_shared<middleware_list>();
    return target.middleware->all;
}

route& api_base::add(std::string_view method, std::string path, std::string function, route entry)
{
    entry.method = method;
    entry.path = std::move(path);
    entry.function = std::move(function);
    routes_.push_back(std::make_unique<route>(std::move(entry)));
    return *routes_.back();
}

std::vector<route> api_base::take(std::string const& id, std::string const& class_name, void* instance) &&
{
    std::vector<route> finished;
    finished.reserve(routes_.size());
    for (auto& entry : routes_) {
        entry->plugin = id;
        entry->instance = instance;
        if (!entry->function.empty())
            entry->function = id + "." + class_name + "." + entry->function;
        if (!entry->method.empty()) {
            if (entry->prefixed)
                entry->path = with_prefix(entry->path);
            else if (!entry->path.starts_with('/'))
                throw std::logic_error("the path " + entry->path + " must begin with /");
            place_parameters(*entry);
            entry->enveloped = !entry->raw_response && entry->path.starts_with("/api");
            if (!around_.empty()) {
                auto& all = list_of(*entry);
                all.insert(all.begin(), around_.begin(), around_.end());
            }
        }
        if (entry->tags.empty())
            entry->tags.push_back(id);
        finished.push_back(std::move(*entry));
    }
    routes_.clear();
    return finished;
}

} // namespace detail
} // namespace framex
