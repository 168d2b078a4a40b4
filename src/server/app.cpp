#include "server/app_state.hpp"
#include "server/local_exchange.hpp"

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

/// Holds a listener for as long as its serve() runs, which may outlive the app.
class registered_listener {
public:
    /// `newest` gives the service that counts now: asked while no reload() can tell another one.
    template <class Newest>
    registered_listener(std::shared_ptr<listener_registry> in, std::shared_ptr<listener> one, Newest newest)
        : registry_(std::move(in)), one_(std::move(one))
    {
        std::lock_guard const guard(registry_->guard);
        registry_->all.push_back(one_);
        one_->replace(newest());
        if (registry_->stopped)
            one_->stop(*registry_->stopped);
    }
    registered_listener(registered_listener const&) = delete;
    registered_listener& operator=(registered_listener const&) = delete;
    ~registered_listener()
    {
        std::lock_guard const guard(registry_->guard);
        std::erase_if(registry_->all, [this](auto const& weak) { return weak.lock() == one_; });
        one_.reset();
    }
    listener* operator->() const noexcept { return one_.get(); }

private:
    std::shared_ptr<listener_registry> registry_;
    std::shared_ptr<listener> one_;
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
awaitable<> app::start() { return state::start(state_, false); }
awaitable<> app::finish() { return state::finish(state_, false); }

awaitable<> app::reload(std::vector<plugin_entry> plugins)
{
    return state::reload(state_, std::move(plugins));
}

void listener_registry::stop(std::chrono::milliseconds grace)
{
    is_stopped = true;
    std::lock_guard const alone(guard);
    stopped = grace;
    for (auto const& weak : all)
        if (auto const one = weak.lock())
            one->stop(grace);
}

void listener_registry::replace(std::shared_ptr<service const> const& next)
{
    std::lock_guard const alone(guard);
    for (auto const& weak : all)
        if (auto const one = weak.lock())
            one->replace(next);
}

/// Serves what `open` gives, a listener; the last one out stops the plugins.
template <class Open>
awaitable<> app::state::serve(std::shared_ptr<state> self, Open open)
{
    co_await start(self, true);
    std::exception_ptr failed;
    try {
        auto const executor = co_await asio::this_coro::executor;
        auto const newest = [&] { return service_of(self->snapshot()); };
        registered_listener const here(self->listening, open(newest(), executor), newest);
        co_await here->run();
    } catch (...) {
        failed = std::current_exception();
    }
    co_await finish(self, true);
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
    return state::serve(state_, open);
}

awaitable<> app::serve(asio::ip::tcp::acceptor on)
{
    auto open = [on = std::make_shared<asio::ip::tcp::acceptor>(std::move(on))](
                    std::shared_ptr<service const> shared, asio::any_io_executor const& executor) {
        return std::make_shared<listener>(executor, std::move(shared), std::move(*on));
    };
    return state::serve(state_, std::move(open));
}

awaitable<streamed_response> app::dispatch(request asked)
{
    auto const self = state_;
    co_await state::start(self, false);
    auto answer = co_await exchange_locally(service_of(self->snapshot()), std::move(asked));
    co_return answer;
}

void app::stop(std::chrono::milliseconds grace)
{
    state_->listening->stop(grace);
    if (auto const running = state_->snapshot())
        running->system.set_ready(false);
}

std::vector<route> app::routes() const
{
    auto const prepared = state_->snapshot();
    return prepared ? prepared->shared.table->routes() : std::vector<route>();
}

settings const& app::configuration() const noexcept { return state_->configuration; }

} // namespace framex
