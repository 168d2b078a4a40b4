/// The head of one part of a form: its header lines and its Content-Disposition. RFC 7578 section 4.
#pragma once

#include <framex/http/multipart.hpp>

namespace framex {

/// Reads the header lines of a part, without the empty line that ends them. Throws http_error 400 or 413.
part_head read_part_head(std::string_view text, multipart_limits const& limits);

} // namespace framex
