#include "test/received.hpp"

#include <framex/http/status.hpp>
#include <framex/test/upstream.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace framex::test {

namespace {

constexpr std::size_t never_sent = 1000; // what a cut answer promises beyond its beginning

[[noreturn]] void throw_system_error(char const* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

/// A socket that listens on a free port of 127.0.0.1, and the port.
std::pair<int, unsigned short> listening()
{
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        throw_system_error("test::upstream: socket");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listener, address, size) != 0 || ::listen(listener, 64) != 0
        || ::getsockname(listener, address, &size) != 0) {
        int const cause = errno;
        ::close(listener);
        errno = cause;
        throw_system_error("test::upstream: listen on 127.0.0.1");
    }
    return {listener, ntohs(at.sin_port)};
}

std::string head_of(int status, std::string_view type, name_value_list const& headers)
{
    auto const reason = status_line_text(status);
    auto head = "HTTP/1.1 " + (reason.empty() ? std::to_string(status) + " " : std::string(reason)) + "\r\n";
    bool has_type = type.empty();
    for (auto const& [name, value] : headers) {
        head += name + ": " + value + "\r\n";
        has_type = has_type || boost::beast::iequals(name, "Content-Type");
    }
    return has_type ? head : head + "Content-Type: " + std::string(type) + "\r\n";
}

} // namespace

// ---- scripts -------------------------------------------------------------------------------------

struct upstream_script::step {
    enum class kind : unsigned char { answer, stream, cut, stall, hang_up };
    kind does = kind::hang_up;
    int status = 200;
    std::string body{};
    std::vector<std::string> pieces{};
    std::chrono::milliseconds pause{};
    name_value_list headers{};
};

struct upstream_script::state {
    std::string method;
    std::string path;
    std::mutex mutex{}; // guards what follows
    std::vector<step> steps{};
    std::size_t at = 0;

    state(std::string of_method, std::string of_path) : method(std::move(of_method)), path(std::move(of_path))
    {
    }
    std::optional<step> next()
    {
        std::lock_guard lock(mutex);
        if (steps.empty())
            return std::nullopt;
        return steps[std::min(at++, steps.size() - 1)];
    }
};

upstream_script& upstream_script::add(step next)
{
    std::lock_guard lock(state_->mutex);
    state_->steps.push_back(std::move(next));
    return *this;
}

upstream_script& upstream_script::answer(int status, std::string body, name_value_list headers)
{
    return add({.does = step::kind::answer,
        .status = status,
        .body = std::move(body),
        .headers = std::move(headers)});
}

upstream_script& upstream_script::stream(
    std::vector<std::string> pieces, std::chrono::milliseconds pause, name_value_list headers)
{
    return add({.does = step::kind::stream,
        .pieces = std::move(pieces),
        .pause = pause,
        .headers = std::move(headers)});
}

upstream_script& upstream_script::cut(std::string beginning)
{
    return add({.does = step::kind::cut, .body = std::move(beginning)});
}

upstream_script& upstream_script::stall() { return add({.does = step::kind::stall}); }

upstream_script& upstream_script::hang_up() { return add({.does = step::kind::hang_up}); }

// ---- the server ----------------------------------------------------------------------------------

struct upstream::state {
    explicit state(std::vector<script> given) : scripts(std::move(given))
    {
        std::tie(listener, port) = listening();
        acceptor = std::thread([this] { accept(); });
    }

    void accept()
    {
        for (;;) {
            int const socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0)
                return;
            auto const index = static_cast<std::size_t>(connections++);
            runs.emplace_back([this, socket, index] {
                if (scripts.empty())
                    return serve(socket);
                peer client(socket);
                scripts[std::min(index, scripts.size() - 1)](client);
            });
        }
    }
    void serve(int socket)
    {
        peer client(socket, false);
        {
            std::lock_guard lock(mutex);
            if (is_ending)
                return;
            open.insert(socket);
        }
        while (auto asked = read_request(client)) {
            auto const path = asked->target.substr(0, asked->target.find('?'));
            auto const step = step_for(asked->method, path);
            bool const wants_body = asked->method != "HEAD";
            auto const text = "no script for " + asked->method + " " + path;
            keep(std::move(*asked));
            if (!step)
                answer(client, 404, text, {{"Content-Type", "text/plain"}}, wants_body);
            else if (!perform(client, *step, wants_body))
                break;
        }
        std::lock_guard lock(mutex);
        open.erase(socket);
    }
    void keep(request asked)
    {
        std::lock_guard lock(mutex);
        requests.push_back(std::move(asked));
    }
    std::optional<upstream_script::step> step_for(std::string const& method, std::string const& path)
    {
        std::lock_guard lock(mutex);
        auto const found = std::ranges::find_if(
            by_path, [&](auto const& one) { return one->method == method && one->path == path; });
        return found == by_path.end() ? std::nullopt : (*found)->next();
    }

    static void answer(
        peer& client, int status, std::string const& body, name_value_list const& headers, bool wants_body)
    {
        bool const has_body = status >= 200 && status != 204 && status != 304;
        auto octets = head_of(status, body.empty() ? "" : "application/json", headers);
        if (has_body)
            octets += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client.say(octets + "\r\n" + (has_body && wants_body ? body : std::string()));
    }
    /// Whether the connection goes on.
    bool perform(peer& client, upstream_script::step const& step, bool wants_body)
    {
        using kind = upstream_script::step::kind;
        switch (step.does) {
        case kind::answer:
            answer(client, step.status, step.body, step.headers, wants_body);
            return true;
        case kind::stream:
            return stream(client, step);
        case kind::cut:
            client.say(head_of(200, "application/json", {}) + "Content-Length: "
                + std::to_string(step.body.size() + never_sent) + "\r\n\r\n" + step.body);
            return false;
        case kind::stall:
            client.client_leaves();
            return false;
        case kind::hang_up:
            break;
        }
        return false;
    }
    bool stream(peer& client, upstream_script::step const& step)
    {
        client.say(head_of(200, "text/event-stream", step.headers) + "Transfer-Encoding: chunked\r\n\r\n");
        bool is_first = true;
        for (auto const& piece : step.pieces) {
            if (!std::exchange(is_first, false) && !pause(step.pause))
                return false;
            char size[20];
            auto const end = std::to_chars(std::begin(size), std::end(size), piece.size(), 16).ptr;
            if (!piece.empty() && !client.say(std::string(size, end) + "\r\n" + piece + "\r\n"))
                return false;
        }
        return client.say("0\r\n\r\n");
    }
    /// False when the upstream ends meanwhile.
    bool pause(std::chrono::milliseconds time)
    {
        std::unique_lock lock(mutex);
        return !ends.wait_for(lock, time, [this] { return is_ending; });
    }

    void refuse()
    {
        ::shutdown(listener, SHUT_RDWR);
        if (acceptor.joinable())
            acceptor.join();
    }
    ~state()
    {
        refuse();
        {
            std::lock_guard lock(mutex);
            is_ending = true;
            for (int const socket : open)
                ::shutdown(socket, SHUT_RDWR);
        }
        ends.notify_all();
        for (auto& each : runs)
            each.join();
        ::close(listener);
    }

    std::vector<script> const scripts; // none: by method and path
    int listener = -1;
    unsigned short port = 0;
    std::atomic<int> connections{0};
    std::mutex mutex; // guards what follows, up to `ends`
    std::vector<std::shared_ptr<upstream_script::state>> by_path;
    std::vector<request> requests;
    std::set<int> open; // sockets of connections that are served by method and path
    bool is_ending = false;
    std::condition_variable ends;
    std::thread acceptor;
    std::vector<std::thread> runs; // of the acceptor, then of the destructor
};

upstream::upstream() : state_(std::make_unique<state>(std::vector<script>())) {}
upstream::upstream(std::vector<script> scripts) : state_(std::make_unique<state>(std::move(scripts))) {}
upstream::upstream(script only) : upstream(std::vector<script>{std::move(only)}) {}
upstream::~upstream() = default;

upstream_script upstream::on(std::string method, std::string path)
{
    std::lock_guard lock(state_->mutex);
    for (auto const& one : state_->by_path)
        if (one->method == method && one->path == path)
            return upstream_script(one);
    auto const made = std::make_shared<upstream_script::state>(std::move(method), std::move(path));
    return upstream_script(state_->by_path.emplace_back(made));
}

std::string upstream::url(std::string_view target) const { return "http://" + name() + std::string(target); }

std::string upstream::name() const { return "127.0.0.1:" + std::to_string(state_->port); }

std::vector<request> upstream::requests() const
{
    std::lock_guard lock(state_->mutex);
    return state_->requests;
}

int upstream::connections() const { return state_->connections; }

void upstream::refuse() { state_->refuse(); }

} // namespace framex::test
