/// An upstream that does what a script says, octet by octet, on threads of its own.
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace framex::test {

/// One connection as its script sees it; every wait is bounded by 5 s.
class peer {
public:
    explicit peer(int socket) : socket_(socket)
    {
        timeval const limit{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;
    ~peer() { leave(); }

    /// Reads until `text` has come; what was read with it, "" at the end of the connection.
    std::string until(std::string_view text)
    {
        for (;;) {
            if (auto const at = rest_.find(text); at != rest_.npos) {
                auto got = rest_.substr(0, at + text.size());
                rest_.erase(0, got.size());
                return got;
            }
            if (!more())
                return {};
        }
    }
    /// The head of the next request.
    std::string head() { return until("\r\n\r\n"); }
    std::string exactly(std::size_t size)
    {
        while (rest_.size() < size && more()) {}
        auto got = rest_.substr(0, size);
        rest_.erase(0, got.size());
        return got;
    }
    /// False once the client does not take it any more.
    bool say(std::string_view octets)
    {
        while (!octets.empty()) {
            auto const sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            octets.remove_prefix(static_cast<std::size_t>(sent));
            said_ += static_cast<std::size_t>(sent);
        }
        return true;
    }
    std::size_t said() const { return said_; }
    /// Whether the client ends the connection within the time limit.
    bool client_leaves()
    {
        char octets[4096];
        for (;;) {
            auto const size = ::recv(socket_, octets, sizeof octets, 0);
            if (size <= 0)
                return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        }
    }
    void leave()
    {
        if (socket_ >= 0)
            ::close(std::exchange(socket_, -1));
    }
    /// Ends the connection with a reset.
    void reset()
    {
        linger const now{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        leave();
    }

private:
    bool more()
    {
        char octets[65536];
        auto const size = ::recv(socket_, octets, sizeof octets, 0);
        if (size > 0)
            rest_.append(octets, static_cast<std::size_t>(size));
        return size > 0;
    }

    int socket_;
    std::string rest_;
    std::size_t said_ = 0;
};

/// Listens on 127.0.0.1; the first connection gets the first script, and so on, the last one serves all
/// further ones.
class scripted {
public:
    using script = std::function<void(peer&)>;

    explicit scripted(std::vector<script> scripts)
        : scripts_(std::move(scripts)), listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
        ::listen(listener_, 64);
        socklen_t size = sizeof at;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
        port_ = ntohs(at.sin_port);
        acceptor_ = std::thread([this] { accept(); });
    }
    explicit scripted(script only) : scripted(std::vector<script>{std::move(only)}) {}
    ~scripted()
    {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (auto& each : runs_)
            each.join();
        ::close(listener_);
    }

    std::string url(std::string_view target = "/") const { return "http://" + name() + std::string(target); }
    std::string name() const { return "127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }

private:
    void accept()
    {
        for (;;) {
            int const socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0)
                return;
            auto const index = std::min(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
            runs_.emplace_back([this, socket, index] {
                peer here(socket);
                scripts_[index](here);
            });
        }
    }

    std::vector<script> scripts_;
    int listener_;
    unsigned short port_ = 0;
    std::atomic<int> connections_{0};
    std::thread acceptor_;
    std::vector<std::thread> runs_; // of the acceptor, then of the destructor
};

/// Answers `count` requests, each with this whole answer, and waits for the client to leave.
inline scripted::script answers(std::string answer, int count = 1000)
{
    return [answer = std::move(answer), count](peer& client) {
        for (int i = 0; i < count; ++i)
            if (client.head().empty() || !client.say(answer))
                return;
    };
}

inline std::string with_length(std::string_view body, std::string_view fields = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields)
        + "\r\n" + std::string(body);
}

} // namespace framex::test
