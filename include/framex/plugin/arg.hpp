/// arg("name"): a parameter's public name; with `=` its default (registering) or its value (calling).
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace framex {

/// A name together with a value of type T; made by `arg("name") = value`.
template <class T>
struct named_value {
    char const* name;
    T value;

    named_value(char const* name_, T value_) : name(name_), value(std::move(value_)) {}
};

/// The public name of one parameter. The text must be a literal.
class arg {
public:
    constexpr explicit arg(char const* name) noexcept : name_(name) {}

    /// The default of the parameter when registering, its value when calling.
    template <class T>
    named_value<std::decay_t<T>> operator=(T&& value) const
    {
        return {name_, std::forward<T>(value)};
    }
    named_value<std::string> operator=(char const* text) const { return {name_, text}; }

    constexpr char const* name() const noexcept { return name_; }

private:
    char const* name_;
};

namespace detail {
template <class A>
inline constexpr bool is_named_value = false;
template <class T>
inline constexpr bool is_named_value<named_value<T>> = true;

inline char const* argument_name(arg const& a) noexcept { return a.name(); }
template <class T>
char const* argument_name(named_value<T> const& a) noexcept
{
    return a.name;
}
} // namespace detail

/// What api.get(path, handler, ...) takes for each parameter.
template <class A>
concept argument = std::same_as<A, arg> || detail::is_named_value<A>;

/// What call_plugin_api(name, ...) takes for each argument.
template <class A>
concept argument_value = detail::is_named_value<A>;

} // namespace framex
