/// The routes that plugins of one generation have published: each change makes a new table beside those of
/// define().
#pragma once

#include "server/system.hpp"
#include "server/worker.hpp"

#include <framex/plugin/published.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace framex {

class publications final : public detail::publication {
public:
    /// `on_change` is called after a change, without a lock held.
    publications(service const& base, system_pages& system, std::vector<detail::any_middleware> around,
        std::function<void()> on_change);

    /// From now on plugins may publish: their objects are bound in the base's table.
    void open();
    /// What is served now; null: nothing was ever published. It does not keep the generation.
    std::shared_ptr<service const> newest() const;

    std::vector<left_out_route> publish(std::string const& plugin, published_routes routes) override;
    std::shared_ptr<route const> find(std::string_view name) const override;
    std::vector<std::int64_t> const& legal_statuses() const noexcept override
    {
        return base_.settings.legal_proxy_code;
    }

private:
    using published = std::shared_ptr<published_routes const>;

    std::shared_ptr<service const> made(
        std::vector<left_out_route>* left_out, std::string const& plugin) const;

    service const& base_;
    system_pages& system_;
    std::vector<detail::any_middleware> around_;
    std::function<void()> on_change_;
    mutable std::mutex guard_; // of what follows
    bool is_open_ = false;
    std::vector<std::pair<std::string, published>> all_; ///< by plugin, in the order they began
    std::shared_ptr<service const> newest_;
};

} // namespace framex
