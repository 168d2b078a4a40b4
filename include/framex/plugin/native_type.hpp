/// What tells a C++ type from one in another library: its name, and how its objects lie in memory.
#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

namespace framex {

/// Two libraries whose authors never met may both have a `struct item`: one name and two layouts. Objects of
/// equal native types may be handed over as they are.
struct native_type {
    std::type_info const* info;
    /// A hash of the size, and of name, place and layout of every described member; of an enumeration, of its
    /// values.
    std::uint64_t layout;

    friend bool operator==(native_type const& a, native_type const& b) noexcept
    {
        return a.layout == b.layout && *a.info == *b.info;
    }
};

namespace detail {

/// FNV-1a, a word at a time.
class layout_hash {
public:
    constexpr void add(std::uint64_t word) noexcept { value_ = (value_ ^ word) * 0x100000001b3; }
    constexpr void add(std::string_view text) noexcept
    {
        for (char const c : text)
            add(static_cast<unsigned char>(c));
    }
    constexpr std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325;
};

template <class Class, class Member>
std::uint64_t offset_of(Member Class::* member) noexcept
{
    std::ptrdiff_t offset = 0; // Itanium C++ ABI 2.3.1: that is what the pointer holds
    static_assert(sizeof member == sizeof offset);
    std::memcpy(&offset, &member, sizeof offset);
    return static_cast<std::uint64_t>(offset);
}

template <class T, int Depth>
std::uint64_t layout_of();

/// The types that a template was made of: items of a vector, value of an optional.
template <int Depth, template <class...> class C, class... A>
void add_arguments(layout_hash& hash, std::type_identity<C<A...>>)
{
    (hash.add(layout_of<A, Depth>()), ...);
}
template <int Depth>
void add_arguments(layout_hash&, ...)
{
}

/// `Depth`: models may hold themselves.
template <class T, int Depth = 8>
std::uint64_t layout_of()
{
    layout_hash hash;
    if constexpr (requires { sizeof(T); }) {
        hash.add(sizeof(T));
        hash.add(alignof(T));
        if constexpr (Depth > 0 && boost::describe::has_describe_members<T>::value) {
            using members = boost::describe::describe_members<T,
                boost::describe::mod_public | boost::describe::mod_inherited>;
            boost::mp11::mp_for_each<members>([&](auto one) {
                hash.add(std::string_view(one.name));
                hash.add(offset_of(one.pointer));
                using member = std::remove_cvref_t<decltype(std::declval<T&>().*one.pointer)>;
                hash.add(layout_of<member, Depth - 1>());
            });
        } else if constexpr (boost::describe::has_describe_enumerators<T>::value)
            boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto one) {
                hash.add(std::string_view(one.name));
                hash.add(static_cast<std::uint64_t>(one.value));
            });
        else if constexpr (std::is_fundamental_v<T> || std::is_same_v<T, std::string>)
            hash.add(std::string_view(typeid(T).name()));
        else if constexpr (Depth > 0)
            add_arguments<Depth - 1>(hash, std::type_identity<T>());
    }
    return hash.value();
}

} // namespace detail

template <class T>
inline native_type const native_type_of{&typeid(T), detail::layout_of<T>()};

} // namespace framex
