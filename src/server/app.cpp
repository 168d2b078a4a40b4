#include "server/app_state.hpp"
#include "server/listener.hpp"
#include "server/local_exchange.hpp"
#include "server/one_connection.hpp"

#include <framex/client/connection_pool.hpp>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/assert.hpp>

#include <utility>

namespace framex {

namespace {

std::string joined(std::vector<std::string> const& reasons)
{
    std::string text;
    for (auto const& reason : reasons)
        text += (text.empty() ? "" : "\n") + reason;
    return text;
}

} // namespace

load_error::load_error(std::vector<std::string> reasons)
    : std::runtime_error(joined(reasons)), reasons_(std::move(reasons))
{
}
load_error::~load_error() = default;

plugin_failure::plugin_failure(std::string plugin, std::string const& reason)
    : std::runtime_error("plugin " + plugin + ": " + reason), plugin_(std::move(plugin))
{
}
plugin_failure::~plugin_failure() = default;

namespace {

asio::execution_context const* context_of(asio::any_io_executor const& executor)
{
    return &asio::query(executor, asio::execution::context);
}

/// Known to the app for as long as its serve() runs, which may outlive the app.
class registered_serving {
public:
    /// `newest` gives the service that counts now: asked while no reload() can tell another one.
    template <class Newest>
    registered_serving(std::shared_ptr<serving_registry> in, std::shared_ptr<serving> one, Newest newest)
        : registry_(std::move(in)), one_(std::move(one))
    {
        std::lock_guard const guard(registry_->guard);
        registry_->all.insert(one_.get());
        ++registry_->contexts[context_of(one_->executor())];
        one_->replace(newest());
        if (registry_->stopped)
            one_->stop(*registry_->stopped);
    }
    registered_serving(registered_serving const&) = delete;
    registered_serving& operator=(registered_serving const&) = delete;
    ~registered_serving()
    {
        std::lock_guard const guard(registry_->guard);
        registry_->all.erase(one_.get());
        auto const here = registry_->contexts.find(context_of(one_->executor()));
        if (--here->second == 0)
            registry_->contexts.erase(here);
        one_.reset();
    }
    serving* operator->() const noexcept { return one_.get(); }

private:
    std::shared_ptr<serving_registry> registry_;
    std::shared_ptr<serving> one_;
};

} // namespace

app::app(asio::any_io_executor executor, settings configuration)
    : state_(std::make_shared<state>(std::move(executor), std::move(configuration)))
{
}
app::~app() = default;

app& app::load(plugin_entry entry)
{
    BOOST_ASSERT(!state_->snapshot());
    add_entry(state_->loaded, std::move(entry));
    return *this;
}

app& app::use(detail::any_middleware m)
{
    BOOST_ASSERT(!state_->snapshot());
    state_->around.push_back(std::move(m));
    return *this;
}

app& app::on_access(access_sink sink)
{
    BOOST_ASSERT(!state_->snapshot());
    state_->on_access = std::move(sink);
    return *this;
}

app& app::on_error(error_sink sink)
{
    BOOST_ASSERT(!state_->snapshot());
    state_->on_error = std::move(sink);
    return *this;
}

app& app::on_log(log_sink sink)
{
    BOOST_ASSERT(!state_->snapshot());
    state_->on_log = std::move(sink);
    return *this;
}

void app::prepare() { state_->prepare(); }
awaitable<> app::start() { return state::start(state_, app_use::life); }
awaitable<> app::finish() { return state::finish(state_, app_use::life); }

awaitable<> app::reload(std::vector<plugin_entry> plugins)
{
    return state::reload(state_, std::move(plugins));
}

bool serving_registry::is_used(asio::any_io_executor const& executor)
{
    std::lock_guard const alone(guard);
    return contexts.contains(context_of(executor));
}

void serving_registry::stop(std::chrono::milliseconds grace)
{
    is_stopped = true;
    std::lock_guard const alone(guard);
    stopped = grace;
    for (auto* one : all)
        one->stop(grace);
}

void serving_registry::replace(std::function<std::shared_ptr<service const>()> const& newest)
{
    std::lock_guard const alone(guard);
    auto const next = newest();
    for (auto* one : all)
        one->replace(next);
}

/// Runs the serving that `open` makes; the last one out stops the plugins.
template <class Open>
awaitable<> app::state::serve(std::shared_ptr<state> self, app_use how, Open open)
{
    co_await start(self, how);
    auto const executor = co_await asio::this_coro::executor;
    std::exception_ptr failed;
    try {
        auto const newest = [&] { return service_of(self->snapshot()); };
        registered_serving const here(self->servings, open(newest(), executor), newest);
        co_await here->run();
    } catch (...) {
        failed = std::current_exception();
    }
    if (self->is_over_on(executor, how))
        close_idle_connections(executor);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await finish(self, how);
    if (failed)
        std::rethrow_exception(failed);
}

awaitable<> app::serve(asio::ip::tcp::endpoint where, serve_options options)
{
    auto const open = [where, options = std::move(options)](
                          std::shared_ptr<service const> shared, asio::any_io_executor const& executor) {
        auto made = std::make_shared<listener>(executor, std::move(shared), where, options.reuse_port);
        if (options.on_listening)
            options.on_listening(made->local_endpoint());
        return made;
    };
    return state::serve(state_, app_use::serve, open);
}

awaitable<> app::serve(asio::ip::tcp::acceptor on)
{
    auto open = [on = std::make_shared<asio::ip::tcp::acceptor>(std::move(on))](
                    std::shared_ptr<service const> shared, asio::any_io_executor const& executor) {
        return std::make_shared<listener>(executor, std::move(shared), std::move(*on));
    };
    return state::serve(state_, app_use::serve, std::move(open));
}

awaitable<> app::serve(asio::ip::tcp::socket on)
{
    auto open = [on = std::make_shared<asio::ip::tcp::socket>(std::move(on))](
                    std::shared_ptr<service const> shared, asio::any_io_executor const& executor) {
        return std::make_shared<one_connection>(executor, std::move(shared), std::move(*on));
    };
    return state::serve(state_, app_use::serve_socket, std::move(open));
}

awaitable<streamed_response> app::dispatch(request asked)
{
    auto const self = state_;
    co_await state::start(self, app_use::dispatch);
    auto answer = co_await exchange_locally(service_of(self->snapshot()), std::move(asked));
    co_return answer;
}

void app::stop(std::chrono::milliseconds grace)
{
    state_->servings->stop(grace);
    if (auto const running = state_->snapshot())
        running->system.set_ready(false);
}

std::vector<route> app::routes() const
{
    auto const prepared = state_->snapshot();
    return prepared ? service_of(prepared)->table->routes() : std::vector<route>();
}

std::vector<std::string> app::unread_tables() const
{
    auto const prepared = state_->snapshot();
    return prepared ? prepared->plugins.unread_tables() : std::vector<std::string>();
}

settings const& app::configuration() const noexcept { return state_->configuration; }

} // namespace framex
