#include "proxy.hpp"

#include "import.hpp"
#include "offers.hpp"
#include "relay.hpp"

#include <framex/framex.hpp>

#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace framex::proxy;
using framex::log_level;

class ProxyPlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "proxy",
        .version = framex::version,
        .description =
            "Takes the APIs of other services into this one, as their OpenAPI documents describe them",
        .author = "The framex authors",
        .publishes = true};

    explicit ProxyPlugin(framex::plugin_context& context)
        : context_(context),
          settings_(std::make_shared<proxy_settings const>(check(context.config<settings_table>())))
    {
        for (auto const& each : settings_->upstreams)
            imports_.emplace_back(each, settings_);
    }

    /// Ends when every upstream has answered or failed once.
    framex::awaitable<> on_start()
    {
        auto const executor = co_await framex::asio::this_coro::executor;
        framex::task_group first(executor);
        for (auto& each : imports_)
            first.spawn(read(this, each));
        co_await first.join();
        loops_.emplace(executor);
        publish();
        for (auto& each : imports_)
            loops_->spawn(follow(this, each));
    }

    framex::awaitable<> on_stop()
    {
        if (!loops_)
            co_return;
        loops_->cancel();
        co_await loops_->join();
    }

    static void define(framex::api<ProxyPlugin>&) {}

private:
    /// Looks at one upstream, and tells of what is new.
    static framex::awaitable<> read(ProxyPlugin* self, upstream_import& one)
    {
        auto const before = one.trouble();
        bool const changed = co_await one.refresh();
        if (changed)
            self->tell_of(one);
        else if (!one.trouble().empty() && one.trouble() != before)
            self->context_.log(log_level::error,
                "upstream " + one.settings().url + ": " + one.trouble() + routes_without_answer(one));
        else if (one.trouble().empty() && !before.empty())
            self->context_.log(log_level::info, "upstream " + one.settings().url + " is back");
    }

    static char const* routes_without_answer(upstream_import const& one)
    {
        if (one.document())
            return "; its routes stay as they were";
        return one.settings().websockets.empty() ? "; it has no routes until it answers"
                                                 : "; it has no routes but its WebSockets until it answers";
    }

    static framex::awaitable<> follow(ProxyPlugin* self, upstream_import& one)
    {
        for (;;) {
            co_await framex::sleep_for(one.next_wait());
            auto const before = one.document();
            co_await read(self, one);
            if (one.document() == before)
                continue;
            try {
                self->publish();
            } catch (std::exception const& error) {
                self->context_.log(log_level::error,
                    "upstream " + one.settings().url
                        + ": its new routes could not be published: " + error.what());
            }
        }
    }

    void tell_of(upstream_import const& one) const
    {
        auto const& document = *one.document();
        std::size_t taken = 0;
        for (auto const& each : document.operations)
            taken += one.settings().rules.decide(each.route).taken;
        context_.log(log_level::info,
            "upstream " + one.settings().url + ": " + std::to_string(taken) + " of "
                + std::to_string(document.operations.size() + document.skipped.size()) + " operations taken");
        for (auto const& each : document.skipped)
            context_.log(log_level::warning,
                "upstream " + one.settings().url + ": " + (each.method.empty() ? "" : each.method + " ")
                    + each.path + " is left out: " + each.reason);
    }

    void publish()
    {
        offers all;
        for (auto const& each : imports_)
            if (each.document())
                all.add(each);
        for (auto const& each : settings_->upstreams)
            all.add_websockets(each);
        framex::published_routes routes;
        for (auto const& one : all.found())
            routes.routes.push_back(route_of(one));
        routes.schemas = all.schemas();
        tell_of_shared(all.found());
        tell_of_left_out(context_.publish(std::move(routes)));
    }

    /// Many services have a /health of their own, as this one has.
    void tell_of_left_out(std::vector<framex::left_out_route> const& left_out)
    {
        std::string own;
        std::size_t count = 0;
        for (auto const& one : left_out) {
            auto const name = one.method + " " + one.path;
            if (one.offered_by != "framex")
                context_.log(log_level::warning, name + ": " + one.reason);
            else {
                own += (count == 0 ? "" : ", ") + name;
                ++count;
            }
        }
        if (own == own_)
            return;
        own_ = own;
        if (count != 0)
            context_.log(log_level::info,
                std::to_string(count) + (count == 1 ? " operation is" : " operations are")
                    + " left out, since this service has its own: " + own);
    }

    /// Two services that have nothing to do with each other may have a path in common by chance.
    void tell_of_shared(std::vector<offer> const& found)
    {
        std::map<offer::upstreams, std::size_t> shared;
        for (auto const& one : found)
            if (one.by.size() > 1)
                ++shared[one.by];
        if (shared == shared_)
            return;
        shared_ = std::move(shared);
        for (auto const& [by, count] : shared_) {
            std::string names;
            for (auto const* each : by)
                names += (names.empty() ? "" : ", ") + each->url;
            context_.log(log_level::info,
                std::to_string(count) + " operations are offered by " + names
                    + ": each request goes to one of them");
        }
    }

    framex::published_route route_of(offer const& one)
    {
        auto const way =
            std::make_shared<relay_way const>(group_of(one.by), settings_, rules_of(one.by), *one.described);
        framex::published_route made;
        made.method = one.described->method;
        made.path = one.described->route;
        for (auto const* each : one.by)
            made.tags.push_back("proxy(" + each->url + ")");
        made.operation = one.described->shown;
        made.include_in_schema = !one.described->is_websocket;
        bool const is_one_path = made.path.find('{') == std::string::npos;
        made.takes_websockets = made.method == "GET" && (is_one_path || one.described->is_websocket);
        made.relay = [way](framex::request asked, framex::body_reader body) {
            return relay(way, std::move(asked), std::move(body));
        };
        if (!one.described->is_websocket)
            made.call = [way](framex::json::object arguments) { return call(way, std::move(arguments)); };
        return made;
    }

    /// One group for all operations that the same upstreams offer, so that they share what is known of them.
    framex::upstream_group group_of(offer::upstreams const& by)
    {
        if (auto const known = groups_.find(by); known != groups_.end())
            return known->second;
        std::vector<framex::upstream_member> members;
        for (auto const* each : by)
            members.emplace_back(each->url, static_cast<unsigned>(each->weight));
        auto const made =
            groups_.emplace(by, framex::upstream_group(std::move(members), settings_->group)).first;
        if (settings_->checks_health && by.size() > 1 && loops_)
            loops_->spawn(made->second.check_health());
        return made->second;
    }

    static std::vector<import_rules const*> rules_of(offer::upstreams const& by)
    {
        std::vector<import_rules const*> all;
        for (auto const* each : by)
            all.push_back(&each->rules);
        return all;
    }

    framex::plugin_context& context_;
    std::shared_ptr<proxy_settings const> settings_;
    std::deque<upstream_import> imports_; ///< stable addresses: coroutines refer to them
    std::map<offer::upstreams, framex::upstream_group> groups_;
    std::map<offer::upstreams, std::size_t> shared_; ///< how many operations several upstreams offer
    std::string own_; ///< operations that this service has itself, as they were told last
    std::optional<framex::task_group> loops_;
};

} // namespace

framex::plugin_entry framex::proxy_plugin() { return plugin_entry_of<ProxyPlugin>(); }
