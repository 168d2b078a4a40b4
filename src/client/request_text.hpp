/// The one place that writes HTTP/1.1 requests. RFC 9112 sections 3, 6 and 7.1.
#pragma once

#include <framex/client/outgoing_request.hpp>

#include <string>
#include <string_view>

namespace framex {

/// Request line and fields. Throws std::invalid_argument, before anything is sent, for a method, target or
/// field that could not be read back as what it is.
std::string request_head_text(outgoing_request const& request);

/// Whether the body goes out after request_text(): it is pulled, or large, or waits for a 101.
bool goes_apart(outgoing_request const& request) noexcept;

/// The head, and the body behind it unless that goes apart.
std::string request_text(outgoing_request const& request);

/// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) noexcept;

/// One piece of a chunked body; not empty.
std::string chunk_of(std::string_view piece);

} // namespace framex
