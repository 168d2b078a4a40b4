#include "server/publications.hpp"

#include "server/middleware.hpp"

#include <framex/http/path.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/plugin/binder.hpp>

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

namespace framex {

namespace {

awaitable<> relay(route const& entry, invocation& call)
{
    auto body = std::move(call.body_stream).value_or(body_reader());
    auto answering = entry.published->relay(detail::make_request(entry, call), std::move(body));
    auto answer = co_await std::move(answering);
    call.result = std::move(answer);
}

/// Why no request can have the path; empty: one can.
std::string fault_of(std::string const& path)
{
    try {
        path_pattern const pattern(path);
        std::string scratch;
        auto const normal = normalise_path(path, scratch);
        if (!normal || *normal != path)
            return "the path is not normalised, so no request ever has it";
        if (pattern.names().size() > max_path_parameters)
            return "the path has more than 8 parameters";
    } catch (std::invalid_argument const& error) {
        return error.what();
    }
    return {};
}

route route_of(std::string const& plugin, std::shared_ptr<published_route const> from)
{
    route made;
    made.method = from->method;
    made.path = from->path;
    made.plugin = plugin;
    made.tags = from->tags;
    made.include_in_schema = from->include_in_schema;
    made.answer = answer_kind::streamed;
    made.body = body_kind::pulled;
    made.injects = true;
    made.result_type = &native_type_of<streamed_response>;
    made.coroutine = true;
    made.serve = &relay;
    made.published = std::move(from);
    return made;
}

} // namespace

publications::publications(service const& base, system_pages& system,
    std::vector<detail::any_middleware> around, std::function<void()> on_change)
    : base_(base), system_(system), around_(std::move(around)), on_change_(std::move(on_change))
{
}

void publications::open()
{
    std::lock_guard const alone(guard_);
    is_open_ = true;
}

std::shared_ptr<service const> publications::newest() const
{
    std::lock_guard const alone(guard_);
    return newest_;
}

std::vector<left_out_route> publications::publish(std::string const& plugin, published_routes routes)
{
    std::vector<left_out_route> left_out;
    {
        std::lock_guard const alone(guard_);
        if (!is_open_)
            throw std::logic_error("routes are published from on_start() on, not in a constructor");
        auto next = std::make_shared<published_routes const>(std::move(routes));
        auto const known = std::ranges::find(all_, plugin, &std::pair<std::string, published>::first);
        if (known == all_.end())
            all_.emplace_back(plugin, std::move(next));
        else
            known->second = std::move(next);
        newest_ = made(&left_out, plugin);
    }
    on_change_();
    return left_out;
}

std::shared_ptr<service const> publications::made(
    std::vector<left_out_route>* left_out, std::string const& plugin) const
{
    std::vector<route> added;
    json::object schemas;
    for (auto const& [owner, routes] : all_) {
        for (auto const& one : routes->routes) {
            if (auto const fault = fault_of(one.path); fault.empty())
                added.push_back(route_of(owner, {routes, &one}));
            else if (owner == plugin)
                left_out->emplace_back(one, fault);
        }
        for (auto const& [name, schema] : routes->schemas)
            schemas.emplace(name, schema);
    }
    put_middleware(added, around_, base_);
    auto all = base_.table->routes();
    auto const first_published = all.size();
    std::ranges::move(added, std::back_inserter(all));
    auto table = std::make_shared<route_table>(std::move(all), base_.table->rules());
    for (auto const& two : table->duplicates())
        if (two.second->plugin == plugin && two.second >= table->routes().data() + first_published)
            left_out->emplace_back(*two.second->published,
                "plugin " + two.first->plugin + " offers " + two.first->method + " " + two.first->path
                    + ", which goes first",
                two.first->plugin);
    if (!table->duplicates().empty()) { // nobody is to find them, in the document as little as by a request
        std::unordered_set<route const*> unserved;
        for (auto const& two : table->duplicates())
            unserved.insert(two.second);
        std::vector<route> served;
        for (auto const& one : table->routes())
            if (!unserved.contains(&one))
                served.push_back(one);
        table = std::make_shared<route_table>(std::move(served), base_.table->rules());
    }
    system_.describe(table, std::move(schemas));
    auto next = std::make_shared<service>(base_);
    next->table = table;
    return next;
}

std::shared_ptr<route const> publications::find(std::string_view name) const
{
    auto const now = newest();
    auto const* found = now ? now->table->find_api(name) : nullptr;
    if (!found || !found->published)
        return nullptr;
    return {now, found};
}

} // namespace framex
