/// The present second in the spellings that answers carry, remade once a second and thread.
#pragma once

#include <string_view>

namespace framex {

struct clock_text {
    std::string_view stamp; ///< local time, "YYYY-MM-DD HH:MM:SS": the envelope's timestamp
    std::string_view date; ///< "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7)
};

/// Valid until the calling thread asks again.
clock_text now_text();

} // namespace framex
