/// The octet classes and small grammars that the readers of this room share. RFC 9110 section 5.6.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// Classes of octets, to be tested with is_octet(). Several may be joined with `|`.
enum octet_class : unsigned char {
    token_octet = 1, // tchar, RFC 9110 section 5.6.2
    path_octet = 2, // pchar or "/" (RFC 3986 section 3.3), and the "[]|^" that browsers leave as they are
    query_octet = 4, // path_octet, "?" and the "{}\`" that browsers leave as they are (WHATWG URL)
    value_octet = 8, // field-vchar, SP or HTAB, RFC 9110 section 5.5
    digit_octet = 16,
    hex_octet = 32,
    name_octet = 64, // reg-name with "%", RFC 3986 section 3.2.2
};

namespace detail {
constexpr std::array<unsigned char, 256> make_octet_classes()
{
    std::array<unsigned char, 256> table{};
    auto add = [&table](std::string_view octets, unsigned kind) {
        for (char c : octets) {
            auto& entry = table[static_cast<unsigned char>(c)];
            entry = static_cast<unsigned char>(entry | kind);
        }
    };
    constexpr unsigned word = token_octet | path_octet | query_octet | name_octet;
    add("0123456789", word | digit_octet | hex_octet);
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", word);
    add("abcdefABCDEF", hex_octet);
    add("!#$%&'*+-.^_`|~", token_octet);
    add("-._~!$&'()*+,;=:@/%[]|^", path_octet | query_octet);
    add("?{}\\`", query_octet);
    add("-._~!$&'()*+,;=%", name_octet);
    for (unsigned c = 0x20; c < 256; ++c)
        if (c != 0x7f)
            table[c] = static_cast<unsigned char>(table[c] | value_octet);
    table['\t'] = value_octet;
    return table;
}
inline constexpr std::array<unsigned char, 256> octet_classes = make_octet_classes();
} // namespace detail

/// Whether the octet belongs to one of the classes.
constexpr bool is_octet(char c, unsigned classes) noexcept
{
    return (detail::octet_classes[static_cast<unsigned char>(c)] & classes) != 0;
}

/// Whether the text is a token: one or more tchar. RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept;

/// The ASCII letter in lower case; every other octet as it is.
constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Whether two texts are equal when ASCII letters lose their case.
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        int const difference = a[i] ^ b[i];
        if (difference == 0) [[likely]]
            continue;
        char const lower = static_cast<char>(a[i] | ('a' ^ 'A'));
        if (difference != ('a' ^ 'A') || lower < 'a' || lower > 'z')
            return false;
    }
    return true;
}

/// The text without spaces and tabs at its ends (OWS, RFC 9110 section 5.6.3).
std::string_view trim_whitespace(std::string_view text) noexcept;

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char const lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The length of the well-formed UTF-8 character at `at` (1 to 4), or 0. `at` must be inside the text.
/// `wrong`, if given, becomes the length of the maximal subpart that a decoder replaces by one U+FFFD
/// (Unicode 15 section 3.9, best practice).
std::size_t utf8_length(std::string_view text, std::size_t at, std::size_t* wrong = nullptr) noexcept;

/// Whether the text is well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// Reads `; name=value` parameters one by one. RFC 9110 section 5.6.6.
/// Strict: names are tokens, values are tokens or quoted strings, no space around "=". An empty parameter
/// (";;") is skipped, as the RFC allows.
class parameter_scanner {
public:
    /// `rest` begins at the first ";" or is empty; it must outlive the scanner.
    explicit parameter_scanner(std::string_view rest) noexcept : rest_(rest) {}

    /// Goes to the next parameter. False at the end and after a fault; see valid().
    bool next();
    /// False once something was not in the grammar.
    bool valid() const noexcept { return valid_; }

    std::string_view name() const noexcept { return name_; }
    /// The value; of a quoted string what is between the quotes, still escaped.
    std::string_view raw_value() const noexcept { return value_; }
    bool is_quoted() const noexcept { return quoted_; }
    /// The value with its quoted pairs resolved.
    std::string value() const;

private:
    bool fail() noexcept;
    bool read_quoted() noexcept;

    std::string_view rest_, name_, value_;
    bool quoted_ = false, valid_ = true;
};

} // namespace framex
