/// A service with the proxy before other services.
#pragma once

#include "proxy/proxy.hpp"
#include "server/served.hpp"

#include <framex/framex.hpp>
#include <framex/server/app.hpp>

#include <boost/json/object.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace framex::test {

inline std::string url_of(unsigned short port) { return "http://127.0.0.1:" + std::to_string(port); }

/// Serves the proxy, and P..., before the upstreams of `urls`; `more` are other keys of [plugins.proxy],
/// `base` the settings beside it.
template <class... P>
class basic_front {
public:
    explicit basic_front(json::object urls, json::object more = {}, settings base = {})
        : lines_(std::make_shared<lines>()),
          service_(settings_of(std::move(urls), std::move(more), std::move(base)),
              [log = lines_](framex::app& made) {
                  made.load(proxy_plugin());
                  made.on_log([log](log_record const& line) {
                      std::lock_guard const alone(log->guard);
                      log->text.append(line.text).append("\n");
                  });
              })
    {
    }

    unsigned short port() const { return service_.port(); }
    framex::app& app() { return service_.app(); }
    std::string log() const
    {
        std::lock_guard const alone(lines_->guard);
        return lines_->text;
    }

private:
    struct lines {
        std::mutex guard;
        std::string text;
    };

    static settings settings_of(json::object urls, json::object more, settings made)
    {
        made.server.enable_proxy = true;
        more["proxy_urls"] = std::move(urls);
        made.plugins["proxy"] = std::move(more);
        return made;
    }

    std::shared_ptr<lines> lines_;
    served<P...> service_;
};
using front = basic_front<>;

/// Answers a request that begins as `asks` with the document, and every other one with the text, then closes.
class scripted_upstream {
public:
    scripted_upstream(
        std::string document, std::string answer, std::string asks = "GET /api/v1/openapi.json ")
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), document_(std::move(document)),
          answer_(std::move(answer)), asks_(std::move(asks)), thread_([this] { run(); })
    {
    }
    ~scripted_upstream()
    {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
    }
    unsigned short port() const { return acceptor_.local_endpoint().port(); }

private:
    void run()
    {
        for (;;) {
            error_code error;
            asio::ip::tcp::socket client(context_);
            acceptor_.accept(client, error);
            if (error)
                return;
            std::string got(4096, '\0');
            got.resize(client.read_some(asio::buffer(got), error));
            std::string const text = !got.starts_with(asks_)
                ? answer_
                : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                    + std::to_string(document_.size()) + "\r\n\r\n" + document_;
            for (std::string_view rest = text; !rest.empty() && !error;)
                rest.remove_prefix(client.write_some(asio::buffer(rest), error));
        }
    }

    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    std::string document_, answer_, asks_;
    std::thread thread_;
};

} // namespace framex::test
