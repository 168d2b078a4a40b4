/// What an app tells its program about the requests that it served and the errors that its clients do not
/// see.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace framex {

/// How a request came to its end.
enum class request_end : unsigned char {
    finished, ///< answered to the end, with whatever status
    client_left, ///< the client closed the connection or stopped reading
    cancelled, ///< the service stopped
    error ///< a stream whose body threw after the head was sent
};
BOOST_DESCRIBE_ENUM(request_end, finished, client_left, cancelled, error)

/// What is known of a stream besides the request around it.
struct stream_record {
    std::uint64_t items = 0; ///< handed to the connection
    std::optional<std::chrono::nanoseconds> first_item{}; ///< since the head of the request had come
};

/// One request at its end. All views are valid during the call only.
struct access_record {
    std::string_view method{}; ///< "-" when the head could not be read
    std::string_view route{}; ///< the template, "/api/v1/item/{id}"; "-" when no route has the path
    std::string_view path{}; ///< normalised, as the client named it: to choose by, not to be logged
    int status = 0; ///< 0: the client left, or the service stopped, before there was an answer
    std::chrono::nanoseconds duration{}; ///< since the head of the request had come
    std::uint64_t bytes = 0; ///< of the answer, head and chunk framing included
    std::string_view request_id{}; ///< X-Request-ID: the client's own when it is sane, else a new one
    asio::ip::tcp::endpoint peer{};
    request_end end = request_end::finished;
    std::optional<stream_record> stream{}; ///< of answers that are streams
};

/// An exception of a handler that is hidden from the client in whole or in part: a 500, or a stream that
/// broke off. Or why an answer could not be cached, which the client sees as `X-FrameX-Cache-Status: BYPASS`.
/// All views are valid during the call only.
struct error_record {
    std::string_view method{};
    std::string_view route{}; ///< the template
    std::string_view request_id{}; ///< empty unless access is recorded
    std::string_view what{}; ///< the exception's text: may hold secrets, line breaks, any octet
};

/// Called on the executor that serves the connection; by several threads at once when several serve.
/// It delays the connection for as long as it runs; what it throws is dropped. What it refers to outlives the
/// executor's last connection.
using access_sink = std::function<void(access_record const&)>;
using error_sink = std::function<void(error_record const&)>;

} // namespace framex
