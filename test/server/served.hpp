/// An app that serves on a thread of its own, and a blocking client of raw octets for it.
#pragma once

#include <framex/engine/engine.hpp>
#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace framex::test {

/// Serves plugins P... on 127.0.0.1 until it dies, on `threads` executors that share the address and `jobs`.
/// `prepare` sees the app before it starts.
template <class... P>
class served {
public:
    explicit served(settings configuration = {}, std::function<void(framex::app&)> prepare = {},
        int threads = 1, engine* jobs = nullptr)
        : contexts_(static_cast<std::size_t>(threads)),
          app_(contexts_.front().get_executor(), std::move(configuration))
    {
        if (jobs)
            for (auto& context : contexts_)
                use_engine(context, *jobs);
        if (prepare)
            prepare(app_);
        (app_.template load<P>(), ...);
        app_.prepare();
        for (auto& context : contexts_) {
            serve_options options;
            options.reuse_port = threads > 1;
            std::promise<unsigned short> port;
            options.on_listening = [&](asio::ip::tcp::endpoint at) { port.set_value(at.port()); };
            asio::co_spawn(context, app_.serve({asio::ip::address_v4::loopback(), port_}, std::move(options)),
                [this](std::exception_ptr error) {
                    if (--serving_ == 0) {
                        ended_.set_value(error);
                        hooks_run_.reset();
                    }
                });
            threads_.emplace_back([&context] { context.run(); });
            port_ = port.get_future().get();
        }
    }
    ~served()
    {
        app_.stop(std::chrono::milliseconds(0));
        for (auto& each : threads_)
            each.join();
    }
    unsigned short port() const { return port_; }
    framex::app& app() { return app_; }
    asio::any_io_executor executor() { return contexts_.front().get_executor(); }
    /// Waits until the last serve() has ended. False: not within a generous time.
    bool has_ended() { return end_.wait_for(std::chrono::seconds(10)) == std::future_status::ready; }

private:
    std::deque<asio::io_context> contexts_;
    asio::executor_work_guard<asio::io_context::executor_type> hooks_run_ =
        asio::make_work_guard(contexts_.front()); ///< whichever serve() is the last
    framex::app app_;
    std::atomic<std::size_t> serving_ = contexts_.size();
    std::promise<std::exception_ptr> ended_;
    std::future<std::exception_ptr> end_ = ended_.get_future();
    std::vector<std::thread> threads_;
    unsigned short port_ = 0;
};

/// One TCP connection; every wait is bounded by 10 s.
class raw_client {
public:
    explicit raw_client(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        timeval const limit{10, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    }
    raw_client(raw_client const&) = delete;
    raw_client& operator=(raw_client const&) = delete;
    ~raw_client() { leave(); }

    bool connected() const { return connected_; }
    void send(std::string_view octets)
    {
        while (!octets.empty()) {
            auto const sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            octets.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Sends what the system takes without a wait: so many octets.
    std::size_t send_at_hand(std::string_view octets)
    {
        auto const sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    /// The next octets, empty at the end of the connection or after the time limit.
    std::string some(std::size_t most = 65536)
    {
        std::string got(most, '\0');
        auto const size = ::recv(socket_, got.data(), got.size(), 0);
        got.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return got;
    }
    /// The octets that have come already; does not wait.
    std::string at_hand(std::size_t most = 65536)
    {
        std::string got(most, '\0');
        auto const size = ::recv(socket_, got.data(), got.size(), MSG_DONTWAIT);
        got.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return got;
    }
    /// Reads until `text` has come; everything read so far since the last call.
    std::string until(std::string_view text)
    {
        std::string got = std::exchange(rest_, {});
        for (;;) {
            if (auto const at = got.find(text); at != got.npos) {
                rest_ = got.substr(at + text.size());
                return got.substr(0, at + text.size());
            }
            auto const more = some();
            if (more.empty())
                return got;
            got += more;
        }
    }
    /// Reads to the end of the connection.
    std::string to_end()
    {
        std::string got = std::exchange(rest_, {});
        for (auto more = some(); !more.empty(); more = some())
            got += more;
        return got;
    }
    /// One answer with a Content-Length, head and body.
    std::string answer()
    {
        auto got = until("\r\n\r\n");
        auto const at = got.find("Content-Length: ");
        if (at == got.npos)
            return got;
        auto const size = std::stoul(got.substr(at + 16));
        auto body = std::exchange(rest_, {});
        while (body.size() < size) {
            auto const more = some();
            if (more.empty())
                break;
            body += more;
        }
        rest_ = body.substr(std::min(body.size(), size));
        return got + body.substr(0, size);
    }
    void finish_sending() { ::shutdown(socket_, SHUT_WR); }
    void leave()
    {
        if (socket_ >= 0)
            ::close(std::exchange(socket_, -1));
    }

private:
    int socket_;
    bool connected_ = false;
    std::string rest_;
};

/// Sends one request on a connection of its own that is then closed; the whole answer.
inline std::string ask(unsigned short port, std::string_view head, std::string_view body = {})
{
    raw_client client(port);
    std::string request(head);
    request += " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    if (!body.empty())
        request +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n";
    request += body;
    client.send(request);
    return client.to_end();
}

inline bool has(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }
inline std::string body_of(std::string const& answer)
{
    auto const at = answer.find("\r\n\r\n");
    return at == answer.npos ? std::string() : answer.substr(at + 4);
}

} // namespace framex::test
