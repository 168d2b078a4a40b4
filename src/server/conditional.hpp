/// Entity tags, and requests that want an answer only when it has changed. RFC 9110 sections 8.8.3, 13.1.2.
#pragma once

#include <framex/http/message.hpp>

#include <string>
#include <string_view>

namespace framex {

/// A strong entity tag that is another one for another content.
std::string etag_of(std::string_view content);

/// Whether If-None-Match names the tag, by weak comparison, or is `*`: a GET or HEAD is then answered 304.
bool has_current(fields const& asked, std::string_view etag);

} // namespace framex
