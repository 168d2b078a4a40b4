/// The form of the settings as data: which keys a table has and which type each wants.
#pragma once

#include <framex/config/settings.hpp>
#include <framex/config/sources.hpp>

#include <boost/describe/members.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

enum class shape_kind { anything, boolean, integer, number, text, duration, size, list, open_table, table };

/// One setting, or a table of them.
struct shape {
    shape_kind kind = shape_kind::anything;
    std::vector<std::string> keys; ///< of a table
    std::vector<shape> parts; ///< a table: the shape of each key; a list or open table: that of every member

    bool is_table() const { return kind == shape_kind::table || kind == shape_kind::open_table; }

    /// The shape below `key`; nullptr where a table has no such key, and below everything that is no table.
    shape const* below(std::string_view key) const;
};

/// What a person calls it: "a whole number", "a list of texts".
std::string_view words_for(shape_kind kind);

/// What kind of value it is: "a text", "a table".
std::string_view words_for(json::value const& value);

template <class T>
struct shape_of {
    static shape make()
    {
        shape made{shape_kind::table, {}, {}};
        boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
            [&made](auto member) {
                made.keys.emplace_back(member.name);
                made.parts.push_back(
                    shape_of<std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>>::make());
            });
        return made;
    }
};
template <class T>
struct shape_of<std::optional<T>> : shape_of<T> {};
template <class T>
struct shape_of<std::vector<T>> {
    static shape make() { return {shape_kind::list, {}, {shape_of<T>::make()}}; }
};
template <class T>
struct shape_of<std::map<std::string, T>> {
    static shape make() { return {shape_kind::open_table, {}, {shape_of<T>::make()}}; }
};
template <shape_kind Kind>
struct simple_shape {
    static shape make() { return {Kind, {}, {}}; }
};
template <>
struct shape_of<json::value> : simple_shape<shape_kind::anything> {};
template <>
struct shape_of<bool> : simple_shape<shape_kind::boolean> {};
template <std::integral T>
struct shape_of<T> : simple_shape<shape_kind::integer> {};
template <std::floating_point T>
struct shape_of<T> : simple_shape<shape_kind::number> {};
template <>
struct shape_of<std::string> : simple_shape<shape_kind::text> {};
template <>
struct shape_of<duration_setting> : simple_shape<shape_kind::duration> {};
template <>
struct shape_of<size_setting> : simple_shape<shape_kind::size> {};

/// The shape of `settings`.
shape const& settings_shape();

} // namespace framex
