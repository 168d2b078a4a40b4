/// JSON text straight into values and back (RFC 8259), with every misfit reported in pydantic's words.
#pragma once

#include <framex/model/issue.hpp>
#include <framex/model/model.hpp>
#include <framex/model/table.hpp>
#include <framex/model/writer.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Reads `text` into `target`. False: it is no JSON, and `issues` got exactly one entry, `json_invalid`, its
/// location `at` and the byte offset. True: it is JSON, and `issues` got an entry for every misfit, in
/// declaration order of the members; when none was added, `target` holds the value, else its content is
/// unspecified.
///
/// The whole text must be one document of at most options.depth levels, in UTF-8. Of equal keys the last one
/// counts. Coercion is pydantic's lax mode: numbers and booleans also from text, integers also from 3.0 and
/// true. Doubles are exact (nearest to the text); one that overflows is no value (`finite_number`).
/// json::value holds integers beyond 64 bits as doubles; big_integer holds them exactly. `at` defaults to
/// {"body"}. At most max_issues are collected; issue.input of very large inputs is left null.
template <value T>
bool read_json(std::string_view text, T& target, std::vector<issue>& issues, read_options options = {})
{
    return detail::read_json(text, &target, detail::ops_of<T>(), issues, nullptr, options);
}

template <value T>
bool read_json(std::string_view text, T& target, std::vector<issue>& issues, location const& at,
    read_options options = {})
{
    return detail::read_json(text, &target, detail::ops_of<T>(), issues, &at, options);
}

/// Reads one text of a query, a path or a form by the same lax rules; for scalars and optionals of scalars.
/// Returns whether it fits; if not, `issues` got one entry whose input is the text.
template <value T>
bool read_text(std::string_view text, T& target, std::vector<issue>& issues, location const& at)
{
    static_assert(detail::scalar_value<T> || (is_optional<T> && detail::scalar_value<detail::inner_type<T>>),
        "framex: one text makes a bool, a number, a string, a described enum, or an optional of these");
    return detail::read_text(text, &target, detail::ops_of<T>(), issues, at);
}

} // namespace framex
