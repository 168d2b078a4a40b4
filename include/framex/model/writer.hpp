/// Values as compact JSON text.
#pragma once

#include <framex/model/member.hpp>
#include <framex/model/model.hpp>

#include <boost/json/fwd.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace framex {

template <class T>
void write_json(std::string& out, T const& v);

namespace detail {

void write_text(std::string& out, std::string_view text); // quoted and escaped
void write_real(std::string& out, double v);
void write_real(std::string& out, float v);
void write_value(std::string& out, json::value const& v);
void write_value(std::string& out, json::object const& v);
void write_value(std::string& out, json::array const& v);
void write_integer(std::string& out, std::int64_t v);
void write_integer(std::string& out, std::uint64_t v);
[[noreturn]] void refuse_enum();

template <std::size_t N>
consteval bool is_plain(std::array<char, N> const& text, std::size_t from, std::size_t to)
{
    for (std::size_t i = from; i < to; ++i)
        if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == '"' || text[i] == '\\')
            return false;
    return true;
}

/// `{"name":` for the first member, `,"name":` for the others.
template <class T, class D, bool First>
consteval auto member_key()
{
    constexpr auto name = json_name<T, D>();
    std::array<char, name.size() + 4> key{First ? '{' : ',', '"'};
    for (std::size_t i = 0; i < name.size(); ++i)
        key[i + 2] = name[i];
    key[name.size() + 2] = '"';
    key[name.size() + 3] = ':';
    return key;
}

template <class T, class D, bool First>
void write_member(std::string& out, T const& v)
{
    static constexpr auto key = member_key<T, D, First>();
    static_assert(is_plain(key, 2, key.size() - 2),
        "framex: an alias is text without quotes, backslashes and control characters");
    out.append(key.data(), key.size());
    write_json(out, v.*D::pointer);
}

template <class T>
void write_model(std::string& out, T const& v)
{
    [&]<class F, class... D>(boost::mp11::mp_list<F, D...>) {
        write_member<T, F, true>(out, v);
        (write_member<T, D, false>(out, v), ...);
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    out += '}';
}

template <class T>
void write_list(std::string& out, T const& v)
{
    char before = '[';
    for (auto const& element : v) {
        out += before;
        write_json(out, static_cast<typename T::value_type const&>(element));
        before = ',';
    }
    out.append("[]", before == '[' ? 0 : 1, 2);
}

template <class T>
void write_map(std::string& out, T const& v)
{
    char before = '{';
    for (auto const& [key, element] : v) {
        out += before;
        write_text(out, key);
        out += ':';
        write_json(out, element);
        before = ',';
    }
    out.append("{}", before == '{' ? 0 : 1, 2);
}

template <class E>
void write_enum(std::string& out, E v)
{
    for (std::size_t i = 0; i < enum_values<E>.size(); ++i)
        if (enum_values<E>[i] == v)
            return write_text(out, enum_names<E>[i]);
    refuse_enum();
}

} // namespace detail

/// Appends `v` as compact JSON. Text is written as it is (UTF-8) with only control characters, quote and
/// backslash escaped; floats in their shortest exact form and always recognisable as such ("2.0"); members in
/// declaration order, an empty optional as null. Throws std::invalid_argument for NaN, infinity and an enum
/// value without a name; `out` then ends somewhere inside the value.
template <class T>
void write_json(std::string& out, T const& v)
{
    static_assert(writable_value<T>,
        "framex: only values can be written: bool, numbers, text, described enums and structs, json::value, "
        "and "
        "optional, vector and map of these");
    if constexpr (std::same_as<T, bool>)
        out += v ? std::string_view("true") : std::string_view("false");
    else if constexpr (detail::plain_integer<T>)
        detail::write_integer(
            out, static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(v));
    else if constexpr (detail::plain_float<T>)
        detail::write_real(out, v);
    else if constexpr (std::same_as<T, big_integer>)
        out += v.str();
    else if constexpr (detail::dynamic_json<T>)
        detail::write_value(out, v);
    else if constexpr (described_enum<T>)
        detail::write_enum(out, v);
    else if constexpr (is_optional<T>) {
        if (v)
            write_json(out, *v);
        else
            out += "null";
    } else if constexpr (is_vector<T>)
        detail::write_list(out, v);
    else if constexpr (is_map<T>)
        detail::write_map(out, v);
    else if constexpr (std::convertible_to<T const&, std::string_view>)
        detail::write_text(out, v);
    else if constexpr (boost::mp11::mp_empty<detail::members_of<T>>::value)
        out += "{}";
    else
        detail::write_model(out, v);
}

/// `v` as compact JSON; see write_json.
template <class T>
std::string to_json(T const& v)
{
    std::string out;
    write_json(out, v);
    return out;
}

} // namespace framex
