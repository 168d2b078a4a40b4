/// What an intermediary must not pass on. RFC 9110 section 7.6.1.
#pragma once

#include <framex/http/message.hpp>

#include <string_view>

namespace framex {

/// Whether the field belongs to one connection, not to the message: Connection, Keep-Alive, Proxy-Connection,
/// TE, Trailer, Transfer-Encoding, Upgrade, and the credentials for a proxy itself.
bool is_hop_by_hop(std::string_view name) noexcept;
bool is_hop_by_hop(http::field name) noexcept;

/// Removes those fields and the ones that Connection names; but not what is for all recipients, named or not:
/// Host, Authorization, Cookie, Content-Type, Content-Length, X-Request-ID, and what tells of the way.
void remove_hop_by_hop(fields& headers);

} // namespace framex
