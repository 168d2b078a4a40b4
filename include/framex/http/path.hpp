/// Paths and queries made comparable: the one normaliser before routing and rules. RFC 3986 sections
/// 2, 3.3, 5.2.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// Brings a path into its one comparable form, or refuses it (nullopt: answer 400).
/// Escapes are decoded once, except "%2F" and "%25", which stay (in capitals): a decoded separator would be
/// another path, and so normalising twice changes nothing. Then dot segments are removed, also those that
/// were encoded (section 5.2.4); "//" stays. Refused: a path that does not begin with "/" (but "*" is
/// returned as it is), a malformed escape, control octets and text that is not UTF-8, raw or encoded. Returns
/// `raw` itself when nothing is to be done, else a view of `scratch`.
std::optional<std::string_view> normalise_path(std::string_view raw, std::string& scratch);

/// Decodes the escapes that normalise_path() keeps: the text of one path parameter. "a%2Fb" becomes "a/b", so
/// a handler that builds a file name from it must check it.
std::string decode_path_parameter(std::string_view normalised);

/// Sets `out` to the decoded text of one query name or value: "+" is a space, malformed escapes stay as they
/// are, octets that are not UTF-8 become U+FFFD (as Python's parse_qsl does).
void percent_decode_query(std::string_view text, std::string& out);

/// Finds a query parameter; the last of several wins. Names may be percent-encoded too. Without "=" its value
/// is "". Sets `value` and returns true, or leaves it and returns false.
bool find_query(std::string_view query, std::string_view name, std::string& value);

/// All parameters of a query in their order, decoded as percent_decode_query() does. Empty pieces ("&&") are
/// skipped.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query);

/// The normalised path as one reads it that takes "%2F" and "\\" for slashes, too, before it removes dot
/// segments: many services do. Nothing: there is no such slash in it. Rules that keep clients away from what
/// such a service offers are asked for both.
std::optional<std::string> with_slashes_decoded(std::string_view normalised);

} // namespace framex
