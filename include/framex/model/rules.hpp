/// What a model demands of its members beyond their types; read by the validator and by the schema alike.
///
///     static constexpr auto rules()
///     {
///         return framex::rules(framex::field(&order::sku, framex::length{1, 32}),
///             framex::field(&order::quantity, framex::range{1, 1000}, framex::defaulted));
///     }
///
/// Rules look at the value inside an optional and pass when there is none. The first rule of a member that
/// fails is the one reported. A model that derives from another one and has rules() of its own repeats those
/// it wants to keep.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>

namespace framex {

/// A number between `min` and `max`, both included.
template <class B>
struct range {
    B min;
    B max;
};
template <class L, class H>
range(L, H) -> range<std::common_type_t<L, H>>;

/// A number not below `min`.
template <class B>
struct at_least {
    B min;
};
template <class B>
at_least(B) -> at_least<B>;

/// A number not above `max`.
template <class B>
struct at_most {
    B max;
};
template <class B>
at_most(B) -> at_most<B>;

/// So many characters (code points) of a text, or elements of a vector or map; both ends included.
struct length {
    std::size_t min = 0;
    std::size_t max = std::numeric_limits<std::size_t>::max();
};

/// A regular expression (RE2's syntax, matched in linear time) that is found somewhere in the text; anchor it
/// with ^ and $ to mean the whole. A malformed one throws std::invalid_argument at its first use or when the
/// schema is made.
struct pattern {
    char const* text;
};

/// One of the listed texts or integers.
template <class B, std::size_t N>
struct one_of {
    std::array<B, N> values;

    template <class... A>
        requires(sizeof...(A) == N)
    constexpr explicit one_of(A... a) : values{static_cast<B>(a)...}
    {
    }
};
template <class... A>
one_of(A...) -> one_of<std::common_type_t<A...>, sizeof...(A)>;

struct defaulted_rule {};
/// The member may be absent and then keeps its initialiser.
inline constexpr defaulted_rule defaulted{};

/// The member's name in JSON.
struct alias {
    char const* text;
};

/// The member's description in the schema.
struct describe {
    char const* text;
};

/// One member with its rules; made by field().
template <class Owner, class Member, class... R>
struct field_rules {
    Member Owner::* pointer;
    std::tuple<R...> list;
};

/// Binds rules to a member.
template <class Owner, class Member, class... R>
constexpr field_rules<Owner, Member, R...> field(Member Owner::* pointer, R... list)
{
    return {pointer, {list...}};
}

/// All rules of a model; the value of its static rules().
template <class... F>
constexpr std::tuple<F...> rules(F... of_fields)
{
    return {of_fields...};
}

} // namespace framex
