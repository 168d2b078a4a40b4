/// An integer of any size, for figures that must pass through unchanged: "123456789012345678901234567890".
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// Kept as decimal digits: "0", "42", "-7"; no leading zeros, no "-0". It compares and prints; it does not
/// calculate.
class big_integer {
public:
    /// The longest number that is accepted; CPython's limit for text.
    static constexpr std::size_t max_digits = 4300;

    big_integer() = default;
    template <std::integral I>
    big_integer(I n) // NOLINT(google-explicit-constructor): an integer is one
        : digits_(std::to_string(n))
    {
    }

    /// Takes the integer that `text` is in decimal, a sign in front allowed, nothing else around it.
    /// Throws std::invalid_argument when it is none, std::length_error beyond max_digits.
    explicit big_integer(std::string_view text);

    /// The same without exceptions: nullopt when `text` is no integer or too long.
    static std::optional<big_integer> parse(std::string_view text);

    /// The decimal digits, with "-" in front when negative.
    std::string const& str() const noexcept { return digits_; }

    /// The number as std::int64_t, or nullopt when it does not fit.
    std::optional<std::int64_t> to_int64() const noexcept;

    friend bool operator==(big_integer const&, big_integer const&) = default;

private:
    std::string digits_ = "0";
};

} // namespace framex
