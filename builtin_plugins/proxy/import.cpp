#include "import.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace framex::proxy {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_wait = 500ms; // after a failure, doubled with each one

/// A document is small, and whoever waits for it is the start of the service.
client_options fetching(proxy_settings const& settings)
{
    auto made = patience_of(settings);
    made.connect_timeout = std::min<std::chrono::milliseconds>(made.connect_timeout, 3s);
    made.total_timeout = 10s;
    return made;
}

} // namespace

client_options patience_of(proxy_settings const& settings)
{
    client_options made;
    made.connect_timeout = made.write_timeout = made.head_timeout = made.body_timeout = settings.timeout;
    return made;
}

upstream_import::upstream_import(
    upstream_settings const& which, std::shared_ptr<proxy_settings const> settings)
    : which_(which), settings_(std::move(settings)), fetcher_(fetching(*settings_))
{
}

awaitable<bool> upstream_import::refresh()
{
    bool changed = false;
    try {
        outgoing_request asking("GET", which_.url + which_.docs_path);
        asking.headers.set(http::field::accept, "application/json");
        if (auto const key = settings_->key_for(which_.docs_path); !key.empty())
            asking.headers.set(http::field::authorization, key);
        if (!etag_.empty())
            asking.headers.set(http::field::if_none_match, etag_);
        auto sending = fetcher_.send(std::move(asking));
        auto answer = co_await std::move(sending);
        if (answer.status != 200 && answer.status != 304)
            throw document_error("is not there: " + which_.docs_path + " answers "
                + std::to_string(answer.status)
                + (answer.status == 401 || answer.status == 403
                        ? "; give the key in [plugins.proxy.auth] rules under that path"
                        : "; give the right docs_path"));
        if (answer.status == 200 && answer.body != text_) {
            document_ = std::make_shared<imported_document const>(read_document(answer.body));
            text_ = std::move(answer.body);
            changed = true;
        }
        if (answer.status == 200)
            etag_ = answer.headers[http::field::etag];
        trouble_.clear();
        failures_ = 0;
    } catch (document_error const& error) {
        trouble_ = std::string("its document ") + error.what();
        ++failures_;
    } catch (upstream_error const& error) {
        trouble_ = error.what();
        if (error.cause())
            trouble_ += ": " + error.cause().message();
        ++failures_;
    }
    co_return changed;
}

std::chrono::milliseconds upstream_import::next_wait()
{
    if (failures_ == 0)
        return settings_->refresh;
    auto const base = std::min(first_wait * (1 << std::min(failures_ - 1, 10u)), settings_->refresh);
    std::minstd_rand chance(std::random_device{}());
    return base + base * static_cast<int>(chance() % 26) / 100; // many do not ask at once
}

} // namespace framex::proxy
