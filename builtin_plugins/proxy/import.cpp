#include "import.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace framex::proxy {

namespace {

using namespace std::chrono_literals;

constexpr char const* fastapi_docs_path = "/openapi.json"; // where a service has it that never thought of us
constexpr std::chrono::milliseconds first_wait = 500ms; // after a failure, doubled with each one

/// What went wrong, for a line that names the upstream already.
std::string without_name(upstream_error const& error)
{
    std::string text = error.what();
    auto const name = "the upstream " + error.upstream();
    if (text.starts_with(name))
        text.replace(0, name.size(), "it");
    return text;
}

/// A document is small, and whoever waits for it is the start of the service.
client_options fetching(proxy_settings const& settings)
{
    auto made = settings.group.upstream.client;
    made.connect_timeout = std::min<std::chrono::milliseconds>(made.connect_timeout, 3s);
    made.total_timeout = 10s;
    return made;
}

} // namespace

upstream_import::upstream_import(
    upstream_settings const& which, std::shared_ptr<proxy_settings const> settings)
    : which_(which), settings_(std::move(settings)), fetcher_(fetching(*settings_)), path_(which.docs_path)
{
}

awaitable<response> upstream_import::ask(std::string path)
{
    outgoing_request asking("GET", which_.url + path);
    asking.headers.set(http::field::accept, "application/json");
    if (auto const key = settings_->key_for(path); !key.empty())
        asking.headers.set(http::field::authorization, key);
    if (!etag_.empty())
        asking.headers.set(http::field::if_none_match, etag_);
    return fetcher_.send(std::move(asking));
}

std::string upstream_import::advice(int status, std::string const& asked) const
{
    if (status != 401 && status != 403)
        return "; give the right docs_path";
    if (settings_->key_for(asked).empty())
        return "; give the key in [plugins.proxy.auth] rules under that path";
    return "; the key that [plugins.proxy.auth] rules have for that path was refused";
}

/// `asked`: the path, or both of them.
void upstream_import::take(response answer, std::string const& asked, bool& changed)
{
    bool const is_known = answer.status == 304 && document_;
    if (answer.status != 200 && !is_known)
        throw document_error("is not there: " + asked + " answers " + std::to_string(answer.status)
            + advice(answer.status, asked));
    if (is_known)
        return;
    if (answer.body != text_) {
        document_ = std::make_shared<imported_document const>(read_document(answer.body));
        text_ = std::move(answer.body);
        changed = true;
    }
    etag_ = answer.headers[http::field::etag];
}

awaitable<bool> upstream_import::refresh()
{
    bool changed = false;
    std::string trouble;
    try {
        auto asked = path_;
        auto answer = co_await ask(asked);
        if (answer.status == 404 && which_.docs_path == usual_docs_path) {
            std::string const other = path_ == usual_docs_path ? fastapi_docs_path : usual_docs_path;
            etag_.clear();
            auto second = co_await ask(other);
            if (second.status == 200)
                path_ = other;
            asked = second.status == 404 ? path_ + ", as " + other + " does," : other;
            answer = std::move(second);
        }
        take(std::move(answer), asked, changed);
    } catch (document_error const& error) {
        trouble = std::string("its document ") + error.what();
    } catch (boost::system::system_error const& error) {
        if (error.code() == asio::error::operation_aborted)
            throw;
        trouble = error.what();
    } catch (upstream_error const& error) {
        trouble = without_name(error);
        if (error.cause())
            trouble += ": " + error.cause().message();
    } catch (std::exception const& error) {
        trouble = error.what();
    }
    failures_ = trouble.empty() ? 0 : failures_ + 1;
    trouble_ = std::move(trouble);
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
