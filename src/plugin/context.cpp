#include <framex/plugin/context.hpp>

#include <algorithm>
#include <stdexcept>

namespace framex {

plugin_context::plugin_context(asio::any_io_executor executor, std::string id, std::string settings_text,
    log_sink sink, std::string table)
    : executor_(std::move(executor)), id_(std::move(id)), settings_(std::move(settings_text)),
      log_(std::move(sink)), table_(table.empty() ? id_ : std::move(table))
{
}
plugin_context::~plugin_context() = default;

void plugin_context::log(log_level level, std::string_view text) const
{
    if (log_)
        log_({.plugin = id_, .level = level, .text = text});
}

void plugin_context::declare(std::string name, route const& target)
{
    declared_.emplace_back(std::move(name), target, id_);
}

void plugin_context::declare_published(std::string name)
{
    declared_.emplace_back(std::move(name), *publication_, id_);
}

std::vector<left_out_route> plugin_context::publish(published_routes routes)
{
    if (!publication_)
        throw std::logic_error("plugin " + id_ + " publishes routes, but no app has loaded it");
    return publication_->publish(id_, std::move(routes));
}

detail::declared_api const* plugin_context::find(std::string_view name) const noexcept
{
    auto const found = std::ranges::find(declared_, name, &detail::declared_api::name);
    return found == declared_.end() ? nullptr : &*found;
}

std::exception_ptr plugin_context::undeclared(std::string_view name) const
{
    auto const of_clients = "API " + std::string(name)
        + " is not declared in current plugin remote_apis; add it to required_remote_apis.";
    return std::make_exception_ptr(call_error("plugin " + id_ + ": " + of_clients, of_clients));
}

} // namespace framex
