/// Scalars of JSON into typed targets, by pydantic's lax rules.
#pragma once

#include <framex/model/table.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace framex::detail {

/// A longer text of an offending value is not copied into the issue.
inline constexpr std::size_t max_input = 65536;

enum class misfit : std::uint8_t {
    none,
    int_parsing,
    int_parsing_size,
    int_from_float,
    int_type,
    too_low,
    too_high,
    float_parsing,
    float_type,
    finite_number,
    bool_parsing,
    bool_type,
    string_type,
    enumeration,
    list_type,
    dict_type,
    model_type,
    missing,
    extra
};

/// Where a value goes. `check`, when not null, is asked about `whole` once the value is there.
struct place {
    void* target;
    reader_ops const* ops;
    bool (*check)(void const*, fault*);
};

/// A number of JSON: its text, and its value in the first of the forms that holds it.
struct number {
    enum class form : std::uint8_t { int64, uint64, real };

    std::string_view text;
    form what;
    std::int64_t i = 0;
    std::uint64_t u = 0;
    double d = 0; // real: exact only when exact() says so
};

/// Reads the text of a JSON number.
number classify(std::string_view text);

/// The double nearest to `text`, a JSON number; infinite on overflow.
double nearest_double(std::string_view text);

/// nearest_double(n.text) when n is a real. Boost multiplies the digits by a power of ten, which is exact for
/// at most 15 digits and no exponent: such short texts keep its value, all others are converted again.
double exact_double(number const& n);

// Each stores a scalar into a target whose table is `ops`, no optional.
misfit store(reader_ops const& ops, void* target, std::string_view text);
misfit store(reader_ops const& ops, void* target, number const& n);
misfit store(reader_ops const& ops, void* target, bool b);

/// What to say when null, an array or an object comes where `ops` does not take it.
misfit wrong_kind(reader_ops const& ops);

/// The sentence for people, and the machine's part.
fault explain(misfit what, reader_ops const& ops);

/// The one issue of a text that stops being JSON after `consumed` octets, its location `loc` and that offset;
/// `depth`: the levels that were allowed.
issue invalid_json(
    error_code const& why, std::string_view text, std::size_t consumed, std::size_t depth, location loc);

/// Goes through optionals, engaging them, to the value inside.
inline void enter(reader_ops const*& ops, void*& target)
{
    while (ops->what == kind::optional) {
        target = ops->next(target);
        ops = ops->inner;
    }
}

/// Whether `text` is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text) noexcept;

/// The `input` of an issue about `text`: its JSON string; empty when it is long or no UTF-8.
std::string shown(std::string_view text);

/// Reads `text`, known to be JSON, into a target of a dynamic kind that takes it.
void read_dynamic(std::string_view text, void* target, reader_ops const& ops);

/// Reads `text`, known to be JSON, again and reports every misfit; the slow half of read_json.
void examine(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const& at, read_options options);

} // namespace framex::detail
