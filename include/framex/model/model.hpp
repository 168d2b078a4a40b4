/// Which types are values: what can be read from JSON, written as JSON and described in a schema.
#pragma once

#include <framex/fwd.hpp>
#include <framex/model/big_integer.hpp>

#include <boost/describe/bases.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/fwd.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace framex {

/// A struct whose members BOOST_DESCRIBE_STRUCT lists, made by default: an object in JSON.
template <class T>
concept model =
    std::is_class_v<T> && boost::describe::has_describe_members<T>::value && std::default_initializable<T>;

/// An enum whose names BOOST_DESCRIBE_ENUM lists: one of those names as text in JSON.
template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class V, class A>
inline constexpr bool is_vector<std::vector<V, A>> = true;

/// A dictionary: std::map or std::unordered_map with text as key.
template <class T>
inline constexpr bool is_map = false;
template <class V, class C, class A>
inline constexpr bool is_map<std::map<std::string, V, C, A>> = true;
template <class V, class H, class E, class A>
inline constexpr bool is_map<std::unordered_map<std::string, V, H, E, A>> = true;

namespace detail {

template <class T>
inline constexpr bool is_character = std::same_as<T, char> || std::same_as<T, wchar_t>
    || std::same_as<T, char8_t> || std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// An integer of up to 64 bits that is a number: neither bool nor a character type.
template <class T>
concept plain_integer = std::integral<T> && !std::same_as<T, bool> && !is_character<T> && sizeof(T) <= 8;

template <class T>
concept plain_float = std::same_as<T, float> || std::same_as<T, double>;

template <class T>
concept dynamic_json =
    std::same_as<T, json::value> || std::same_as<T, json::object> || std::same_as<T, json::array>;

/// A value without an inner type: it can come from one text of a query or a path.
template <class T>
concept scalar_value = std::same_as<T, bool> || plain_integer<T> || plain_float<T>
    || std::same_as<T, std::string> || std::same_as<T, big_integer> || described_enum<T>;

template <class T>
struct inner_of {
    using type = T;
};
template <class T>
    requires(is_optional<T> || is_vector<T>)
struct inner_of<T> {
    using type = typename T::value_type;
};
template <class T>
    requires is_map<T>
struct inner_of<T> {
    using type = typename T::mapped_type;
};

/// What an optional, a vector or a map holds; any other type itself.
template <class T>
using inner_type = typename inner_of<T>::type;

template <class T>
consteval bool is_value()
{
    if constexpr (is_optional<T>)
        return !is_optional<inner_type<T>> && is_value<inner_type<T>>();
    else if constexpr (is_vector<T> || is_map<T>)
        return is_value<inner_type<T>>();
    else
        return scalar_value<T> || dynamic_json<T> || model<T>;
}

template <class E, template <class> class Get, class R>
consteval auto enumerators()
{
    return []<class... D>(boost::mp11::mp_list<D...>) {
        return std::array<R, sizeof...(D)>{Get<D>::value...};
    }(boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>{});
}
template <class D>
struct name_of {
    static constexpr std::string_view value = D::name;
};
template <class D>
struct value_of {
    static constexpr auto value = D::value;
};

template <described_enum E>
inline constexpr auto enum_names = enumerators<E, name_of, std::string_view>();
template <described_enum E>
inline constexpr auto enum_values = enumerators<E, value_of, E>();

/// T's members, those of described bases first.
template <class T>
using members_of =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

} // namespace detail

/// What can be read and written: bool, integers, float, double, std::string, big_integer, described enums,
/// models, json::value, json::object, json::array, and optional, vector and map (text to value) of these,
/// nested at will.
template <class T>
concept value = detail::is_value<T>();

/// What can be written: every value and all that converts to std::string_view.
template <class T>
concept writable_value = value<T> || std::convertible_to<T const&, std::string_view>;

} // namespace framex
