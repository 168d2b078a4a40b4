/// The static tables by which a type shows itself to the compiled reader and schema: data and a few small
/// functions.
#pragma once

#include <framex/model/issue.hpp>
#include <framex/model/member.hpp>
#include <framex/model/model.hpp>

#include <boost/mp11/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// What happens to keys that no member is named after.
enum class unknown_keys : std::uint8_t { ignore, refuse };

/// The deepest nesting of arrays and objects that can be read.
inline constexpr std::size_t max_depth = 64;

/// How a document is read.
struct read_options {
    unknown_keys unknown = unknown_keys::ignore; ///< refuse: an issue `extra_forbidden` each, ctx: known keys
    std::size_t depth = max_depth; ///< levels of arrays and objects that are read, at most max_depth
};

/// The most issues that one read reports.
inline constexpr std::size_t max_issues = 100;

namespace detail {

enum class kind : std::uint8_t {
    boolean,
    bit, // an element of std::vector<bool>; the target is the vector
    integer,
    real,
    text,
    enumeration,
    big,
    any_value,
    any_object,
    any_array,
    optional,
    list,
    map,
    object
};

struct reader_ops;

/// One member of a model. `check` is null without rules; its argument is the member itself.
struct member_info {
    std::string_view name;
    reader_ops const* ops;
    bool (*check)(void const*, fault*);
    std::size_t offset;
    bool required;
    bool reset_when_absent; // an optional that is not defaulted
};

/// One type. Functions take the address of a T; those that a kind does not need are null.
struct reader_ops {
    kind what;
    std::uint8_t width = 0; // integer, real: sizeof
    bool is_signed = false; // integer
    reader_ops const* inner = nullptr; // optional, list, map
    void (*clear)(void*) = nullptr; // optional: none; list, map: empty; object: as by default
    void* (*next)(void*) = nullptr; // optional: engages it; list: appends an element; returns where it is
    void* (*entry)(void*, std::string_view) = nullptr; // map: a fresh element of that key
    member_info const* (*members)() = nullptr; // object
    std::size_t count = 0; // object: members; enumeration: names
    std::string_view const* names = nullptr; // enumeration
    void (*choose)(void*, std::size_t) = nullptr; // enumeration: by index of the name
};

template <class T>
struct tables {
    static reader_ops const ops;
};

/// T's table; constant for the whole run.
template <value T>
constexpr reader_ops const& ops_of()
{
    return tables<T>::ops;
}

inline constexpr reader_ops bit_ops{.what = kind::bit};

template <class T>
void clear(void* p)
{
    if constexpr (is_optional<T>)
        static_cast<T*>(p)->reset();
    else if constexpr (model<T>)
        *static_cast<T*>(p) = T{};
    else
        static_cast<T*>(p)->clear();
}

template <class T>
void* next(void* p)
{
    auto& target = *static_cast<T*>(p);
    if constexpr (is_optional<T>)
        return &target.emplace();
    else if constexpr (std::same_as<typename T::value_type, bool>)
        return p;
    else
        return &target.emplace_back();
}

template <class T>
void* entry(void* p, std::string_view key)
{
    auto [at, fresh] = static_cast<T*>(p)->try_emplace(std::string(key));
    if (!fresh)
        at->second = typename T::mapped_type();
    return &at->second;
}

template <class T, class D>
member_info describe_member(T const& sample)
{
    using M = std::remove_cvref_t<decltype(sample.*D::pointer)>;
    static_assert(value<M>,
        "framex: a member of a model is a bool, number, std::string, described enum or struct, json::value, "
        "or "
        "an optional, vector or map of these");
    auto const offset =
        reinterpret_cast<char const*>(&(sample.*D::pointer)) - reinterpret_cast<char const*>(&sample);
    return {json_name<T, D>(), &tables<M>::ops, check_of<T, D>(), static_cast<std::size_t>(offset),
        !is_optional<M> && !is_defaulted<T, D>(), is_optional<M> && !is_defaulted<T, D>()};
}

template <class T>
member_info const* members()
{
    static auto const table = []<class... D>(boost::mp11::mp_list<D...>) {
        expect_named_members<T>();
        [[maybe_unused]] T const sample{};
        return std::array<member_info, sizeof...(D)>{describe_member<T, D>(sample)...};
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    return table.data();
}

template <class T>
consteval reader_ops make_ops()
{
    using I = inner_type<T>;
    if constexpr (std::same_as<T, bool>)
        return {.what = kind::boolean};
    else if constexpr (plain_integer<T>)
        return {.what = kind::integer, .width = sizeof(T), .is_signed = std::is_signed_v<T>};
    else if constexpr (plain_float<T>)
        return {.what = kind::real, .width = sizeof(T)};
    else if constexpr (std::same_as<T, std::string>)
        return {.what = kind::text};
    else if constexpr (std::same_as<T, big_integer>)
        return {.what = kind::big};
    else if constexpr (std::same_as<T, json::value>)
        return {.what = kind::any_value};
    else if constexpr (std::same_as<T, json::object>)
        return {.what = kind::any_object};
    else if constexpr (std::same_as<T, json::array>)
        return {.what = kind::any_array};
    else if constexpr (described_enum<T>)
        return {.what = kind::enumeration,
            .count = enum_names<T>.size(),
            .names = enum_names<T>.data(),
            .choose = [](void* p, std::size_t i) { *static_cast<T*>(p) = enum_values<T>[i]; }};
    else if constexpr (is_optional<T>)
        return {.what = kind::optional, .inner = &tables<I>::ops, .clear = clear<T>, .next = next<T>};
    else if constexpr (is_vector<T> && std::same_as<I, bool>)
        return {.what = kind::list, .inner = &bit_ops, .clear = clear<T>, .next = next<T>};
    else if constexpr (is_vector<T>)
        return {.what = kind::list, .inner = &tables<I>::ops, .clear = clear<T>, .next = next<T>};
    else if constexpr (is_map<T>)
        return {.what = kind::map, .inner = &tables<I>::ops, .clear = clear<T>, .entry = entry<T>};
    else
        return {.what = kind::object,
            .clear = clear<T>,
            .members = members<T>,
            .count = boost::mp11::mp_size<members_of<T>>::value};
}

template <class T>
constinit reader_ops const tables<T>::ops = make_ops<T>();

/// The untyped half of framex::read_json; `at` null means {"body"}.
bool read_json(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const* at, read_options options);

/// The untyped half of framex::read_text.
bool read_text(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const& at);

} // namespace detail
} // namespace framex
