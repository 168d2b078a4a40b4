/// Values of parameters as the text of a request. OpenAPI 3.1 section 4.8.12.3, RFC 6570 section 3.2.
#pragma once

#include "operation.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace framex::proxy {

/// Every octet but the unreserved ones escaped. RFC 3986 section 2.3.
std::string percent_encoded(std::string_view text);

/// The octets escaped that no path has; what is escaped already stays so. RFC 3986 section 3.3.
std::string encoded_path(std::string_view text);

/// A text as it is, anything else as JSON: 5, 2.0, true, null, [1,2].
std::string plain_text(json::value const& value);

/// What stands in the request for a parameter: a piece of a path, `a=1&b=2` of a query, a field's value, or
/// `a=1; b=2` of a Cookie field. Paths and queries are percent-encoded, of cookies what none can hold (RFC
/// 6265 section 4.1.1), since many servers take them as they come. An empty list or object is the empty text;
/// null inside of them is left out, and lists or objects inside of them are written as JSON.
std::string expanded(operation_parameter const& parameter, json::value const& value);

} // namespace framex::proxy
