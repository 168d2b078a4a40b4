/// Another server that requests are forwarded to: the client's half of a reverse proxy.
#pragma once

#include <framex/client/http_client.hpp>
#include <framex/coro/awaitable.hpp>
#include <framex/http/message.hpp>
#include <framex/http/streamed_response.hpp>

#include <string>
#include <string_view>

namespace framex {

struct upstream_options {
    client_options client{};
    /// Whether what comes in has passed a proxy of one's own, so that the X-Forwarded-* fields and Forwarded
    /// are true and go on.
    bool behind_proxy = false;
};

/// One server by its base URL. May be used from all threads of an app, each with connections of its own;
/// what http_client says of lifetimes and cancellation holds here, too.
class upstream {
public:
    /// `base_url`: http://host[:port][/prefix]. Throws std::invalid_argument for any other.
    explicit upstream(std::string_view base_url, upstream_options options = {});

    /// Sends the request on and gives the answer's head; its body comes as it is pulled.
    ///
    /// Sent are the method, the prefix and `incoming.path` (so that the upstream judges the path that was
    /// routed, not another spelling of it), the query of `incoming.target` as it was written, `body` as it
    /// comes (or as a whole, if it is there as one text), and all fields but: those of the connection (RFC
    /// 9110 section 7.6.1, those that Connection names, too), Host, which becomes the upstream's, and Expect.
    /// Credentials go on: erase Authorization or Cookie when they are not the upstream's. Set are:
    ///
    /// | field | value |
    /// | --- | --- |
    /// | Via | what came, and "1.1 framex-<process>", RFC 9110 section 7.6.3 |
    /// | X-Forwarded-For | the address of the client |
    /// | X-Forwarded-Host | the Host that was asked for |
    /// | X-Forwarded-Proto | http |
    /// | Forwarded | the same three, RFC 7239 |
    ///
    /// What came of the last four is dropped: whoever sent it may have lied. Behind a proxy of one's own
    /// (`behind_proxy`) the address is added to the lists, and the other two stay. The answer is that of the
    /// upstream, whatever its status, without the fields of its connection.
    ///
    /// A request that has `opens_websocket` asks the upstream for the same; when that answers 101, `body` and
    /// the answer's body are the octets of both directions, see outgoing_request::opens_websocket.
    ///
    /// Throws upstream_error, which a handler lets pass to answer 502 or 504, and http_error 508 for a
    /// request that has passed this process before (RFC 5842 section 7.2).
    awaitable<streamed_response> forward(request incoming, body_reader body) const;
    /// The same with the request's own body.
    awaitable<streamed_response> forward(request incoming) const;

    /// "host:port".
    std::string const& name() const noexcept { return to_.name(); }
    http_client const& client() const noexcept { return client_; }

private:
    origin to_;
    std::string prefix_; ///< of every path; does not end with "/"
    http_client client_;
    bool behind_proxy_;
};

} // namespace framex
