/// A fake upstream for tests of what calls out: it answers as it is told and keeps what it was asked.
#pragma once

#include <framex/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace framex::test {

/// What an upstream does with the requests of one method and path: with the first one the first step, and so
/// on; with all further ones the last.
class upstream_script {
public:
    /// A whole answer; its Content-Type is application/json unless `headers` say another.
    upstream_script& answer(int status, std::string body = {}, name_value_list headers = {});
    /// A chunked answer of status 200, `pause` before every piece but the first; its Content-Type is
    /// text/event-stream unless `headers` say another.
    upstream_script& stream(
        std::vector<std::string> pieces, std::chrono::milliseconds pause = {}, name_value_list headers = {});
    /// The head of an answer and `beginning` of its body; then the connection ends.
    upstream_script& cut(std::string beginning);
    /// Nothing, until the client leaves.
    upstream_script& stall();
    /// The connection ends without an answer.
    upstream_script& hang_up();

private:
    friend class upstream;
    struct step;
    struct state;
    explicit upstream_script(std::shared_ptr<state> of) : state_(std::move(of)) {}
    upstream_script& add(step next);

    std::shared_ptr<state> state_;
};

/// One connection for a script that decides every octet. Each wait ends after 5 s.
class peer {
public:
    explicit peer(int socket, bool is_bounded = true);
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;
    ~peer();

    /// Reads until `text` has come; what was read with it, "" at the end of the connection.
    std::string until(std::string_view text);
    /// The head of the next request.
    std::string head();
    /// The next `size` octets; fewer at the end of the connection.
    std::string exactly(std::size_t size);
    /// False once the client does not take it any more.
    bool say(std::string_view octets);
    /// How many octets the client has taken.
    std::size_t said() const { return said_; }
    /// Whether the client ends the connection; what it still sends is dropped.
    bool client_leaves();
    void leave();
    /// Ends the connection with a reset.
    void reset();

private:
    bool more();

    int socket_;
    std::string rest_;
    std::size_t said_ = 0;
};

/// Listens on a free port of 127.0.0.1 from its constructor to its destructor, on threads of its own; pauses
/// are real time. The plugin under test is given url() as the address of the server that it calls:
///
///     framex::test::upstream prices;
///     prices.on("GET", "/price").answer(503).answer(200, R"({"price":7})");
///
/// What a program may not do with sockets is thrown as std::system_error. Its methods may be called at any
/// time, also while it serves.
class upstream {
public:
    /// What happens on one connection. It throws nothing.
    using script = std::function<void(peer&)>;

    /// Answers by method and path; 404 to what on() was not told of.
    upstream();
    /// The first connection gets the first script, and so on; the last one serves all further ones. For
    /// answers that no server would give.
    explicit upstream(std::vector<script> scripts);
    explicit upstream(script only);
    upstream(upstream const&) = delete;
    upstream& operator=(upstream const&) = delete;
    /// Ends what is answered by method and path, and waits for scripts.
    ~upstream();

    /// The script of these requests, to be written on; `path` is compared without the query.
    upstream_script on(std::string method, std::string path);

    /// "http://127.0.0.1:40123" and `target`.
    std::string url(std::string_view target = {}) const;
    /// "127.0.0.1:40123"
    std::string name() const;

    /// Every request that came whole, in their order, with its body; those of script connections are not
    /// kept.
    std::vector<request> requests() const;
    /// How many connections were made.
    int connections() const;
    /// New connections are refused from now on.
    void refuse();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace framex::test
