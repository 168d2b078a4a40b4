/// The rules for single fields that decide whether a request head may pass.
#pragma once

#include <framex/http/syntax.hpp>

#include <string_view>

namespace framex {

/// uri-host [ ":" port ], RFC 9110 section 7.2; no user information (RFC 9110 section 4.2.4).
bool is_authority(std::string_view text);

/// Judges a Transfer-Encoding: 200 for "chunked" alone; 501 for codings that we lack before a final chunked
/// (RFC 9112 section 6.1); else 400, since the end of the body cannot be known (section 6.3).
int judge_codings(std::string_view list);

/// What an Expect asks for.
struct expectations {
    bool to_continue = false; ///< 100-continue
    bool others = false; ///< something that we do not know
};

/// Reads an Expect, a list (RFC 9110 section 10.1.1).
expectations read_expectations(std::string_view list);

/// Calls f with every element of a comma-separated list, empty ones too (RFC 9110 section 5.6.1); false once
/// f said so.
template <class F>
bool each_element(std::string_view list, F f)
{
    for (;;) {
        auto const comma = list.find(',');
        if (!f(trim_whitespace(list.substr(0, comma))))
            return false;
        if (comma == list.npos)
            return true;
        list.remove_prefix(comma + 1);
    }
}

} // namespace framex
