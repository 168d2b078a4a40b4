/// A form on its way through: its octets go on as they are, once the heads of its parts were found to be
/// what they seem. What another reader could split otherwise is refused.
#pragma once

#include <framex/framex.hpp>

#include <string_view>

namespace framex::proxy {

/// The body, checked as it is pulled; a whole one is checked at once. A body of another type than
/// multipart/form-data is given back as it is. Throws http_error 400 for what is no form, and so does the
/// body.
body_reader checked_form(body_reader body, std::string_view content_type);

} // namespace framex::proxy
