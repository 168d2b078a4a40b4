/// What rules() says about one described member, found at compile time: its name, its checks, whether it has
/// a default.
#pragma once

#include <framex/model/model.hpp>
#include <framex/model/rules.hpp>

#include <boost/mp11/list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace framex::detail {

/// Why a value is refused, in pydantic's words; `ctx` is the text of a JSON object or empty.
struct fault {
    std::string type;
    std::string msg;
    std::string ctx;
};

// ---- which rules a member has -------------------------------------------------------------------

template <class T>
consteval auto rules_of()
{
    if constexpr (requires { T::rules(); })
        return T::rules();
    else
        return std::tuple<>{};
}

template <class D, class F>
constexpr bool names(F const& field)
{
    if constexpr (std::same_as<std::remove_cvref_t<decltype(field.pointer)>,
                      std::remove_cvref_t<decltype(D::pointer)>>)
        return field.pointer == D::pointer;
    else
        return false;
}

/// The index of D's field in T::rules(); their number when there is none.
template <class T, class D>
consteval std::size_t field_index()
{
    return std::apply(
        [](auto const&... field) {
            std::size_t index = 0;
            [[maybe_unused]] bool found = ((names<D>(field) ? true : (++index, false)) || ...);
            return index;
        },
        rules_of<T>());
}

template <class T, class D>
consteval auto member_rules()
{
    constexpr auto index = field_index<T, D>();
    if constexpr (index < std::tuple_size_v<decltype(rules_of<T>())>)
        return std::get<index>(rules_of<T>()).list;
    else
        return std::tuple<>{};
}

template <class T, class D>
inline constexpr auto rules_for = member_rules<T, D>();

template <class T, class D>
using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

/// Whether each field of T::rules() is a described member.
template <class T>
consteval bool rules_name_members()
{
    return []<class... D>(boost::mp11::mp_list<D...>) {
        constexpr std::size_t all = std::tuple_size_v<decltype(rules_of<T>())>;
        return (std::size_t{0} + ... + (field_index<T, D>() < all ? 1U : 0U)) == all;
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
}

template <class T>
consteval void expect_named_members()
{
    static_assert(
        rules_name_members<T>(), "framex: rules() names a member that BOOST_DESCRIBE_STRUCT does not");
}

template <class R, class... L>
consteval bool contains(std::tuple<L...> const*)
{
    return (std::same_as<R, L> || ...);
}

template <class T, class D>
consteval bool is_defaulted()
{
    return contains<defaulted_rule>(&rules_for<T, D>);
}

/// The member's name in JSON: its alias or its own.
template <class T, class D>
consteval std::string_view json_name()
{
    if constexpr (contains<alias>(&rules_for<T, D>))
        return std::get<alias>(rules_for<T, D>).text;
    else
        return D::name;
}

// ---- checks -------------------------------------------------------------------------------------

/// A compiled regular expression.
class matcher {
public:
    explicit matcher(char const* text);
    matcher(matcher const&) = delete;
    matcher& operator=(matcher const&) = delete;
    ~matcher();

    bool operator()(std::string_view text) const;

private:
    struct regex;
    std::unique_ptr<regex> regex_;
};

// Each returns false; `why`, when not null, gets the reason. Texts of bounds are JSON.
bool refuse_low(fault* why, std::string bound);
bool refuse_high(fault* why, std::string bound);
bool refuse_literal(fault* why, std::string expected);
bool refuse_pattern(fault* why, char const* pattern);
/// True when `size` is within `rule`. `noun` is null for text, else "List" or "Dictionary".
bool check_length(length rule, std::size_t size, char const* noun, fault* why);

std::size_t code_points(std::string_view text) noexcept;
std::string bound_text(double bound);
/// "1, 2 or 3" grows by one more: the separator depends on how many follow.
void append_choice(
    std::string& out, std::string_view choice, std::size_t index, std::size_t count, char const* quote);

template <class V, class B>
constexpr bool less(V a, B b)
{
    if constexpr (std::integral<V> && std::integral<B>)
        return std::cmp_less(a, b);
    else
        return static_cast<double>(a) < static_cast<double>(b);
}

template <class V, class B>
std::string bound_of(B bound)
{
    if constexpr (std::integral<V> && std::integral<B>)
        return std::to_string(bound);
    else
        return bound_text(static_cast<double>(bound));
}

template <class V>
inline constexpr bool is_number = plain_integer<V> || plain_float<V>;

template <class V, class B>
bool check_low(V v, B bound, fault* why)
{
    static_assert(is_number<V>, "framex: range, at_least and at_most are rules for numbers");
    if constexpr (is_number<V>)
        return !less(v, bound) || refuse_low(why, why ? bound_of<V>(bound) : std::string());
    else
        return false;
}

template <class V, class B>
bool check_high(V v, B bound, fault* why)
{
    static_assert(is_number<V>, "framex: range, at_least and at_most are rules for numbers");
    if constexpr (is_number<V>)
        return !less(bound, v) || refuse_high(why, why ? bound_of<V>(bound) : std::string());
    else
        return false;
}

/// Checks one rule; the overloads are the list of rules. T and D name the member, I the rule's place.
template <class T, class D, std::size_t I>
struct rule_check {
    template <class V, class B>
    static bool run(range<B> const& rule, V const& v, fault* why)
    {
        return check_low(v, rule.min, why) && check_high(v, rule.max, why);
    }
    template <class V, class B>
    static bool run(at_least<B> const& rule, V const& v, fault* why)
    {
        return check_low(v, rule.min, why);
    }
    template <class V, class B>
    static bool run(at_most<B> const& rule, V const& v, fault* why)
    {
        return check_high(v, rule.max, why);
    }
    template <class V>
    static bool run(length const& rule, V const& v, fault* why)
    {
        static_assert(std::same_as<V, std::string> || is_vector<V> || is_map<V>,
            "framex: length is a rule for text, vectors and maps");
        if constexpr (std::same_as<V, std::string>)
            return check_length(rule, code_points(v), nullptr, why);
        else if constexpr (is_vector<V> || is_map<V>)
            return check_length(rule, v.size(), is_vector<V> ? "List" : "Dictionary", why);
        else
            return false;
    }
    template <class V>
    static bool run(pattern const& rule, V const& v, fault* why)
    {
        static_assert(std::same_as<V, std::string>, "framex: pattern is a rule for text");
        if constexpr (std::same_as<V, std::string>)
            return compiled(rule)(v) || refuse_pattern(why, rule.text);
        else
            return false;
    }
    template <class V, class B, std::size_t N>
    static bool run(one_of<B, N> const& rule, V const& v, fault* why)
    {
        constexpr bool text = std::same_as<V, std::string>;
        static_assert(text ? std::same_as<B, char const*> : plain_integer<V> && plain_integer<B>,
            "framex: one_of lists values of the member's own kind: text or integers");
        std::string expected;
        for (std::size_t i = 0; i < N; ++i) {
            if constexpr (text && std::same_as<B, char const*>) {
                if (v == rule.values[i])
                    return true;
                append_choice(expected, rule.values[i], i, N, "'");
            } else if constexpr (plain_integer<V> && plain_integer<B>) {
                if (std::cmp_equal(v, rule.values[i]))
                    return true;
                append_choice(expected, std::to_string(rule.values[i]), i, N, "");
            }
        }
        return refuse_literal(why, std::move(expected));
    }
    template <class V>
    static bool run(defaulted_rule, V const&, fault*)
    {
        return true;
    }
    template <class V>
    static bool run(alias, V const&, fault*)
    {
        return true;
    }
    template <class V>
    static bool run(describe, V const&, fault*)
    {
        return true;
    }

    template <class R, class V>
    static bool run(R const&, V const&, fault*)
    {
        static_assert(!sizeof(R),
            "framex: a rule is range, at_least, at_most, length, pattern, one_of, defaulted, "
            "alias or describe");
        return false;
    }

    /// The regular expression, compiled at the first call.
    static matcher const& compiled(pattern const& rule)
    {
        static matcher const regex(rule.text);
        return regex;
    }
};

template <class T, class D>
bool check_member(void const* p, fault* why)
{
    using M = member_type<T, D>;
    auto const& member = *static_cast<M const*>(p);
    auto const run = [why]<class V, std::size_t... I>(V const& v, std::index_sequence<I...>) {
        return (rule_check<T, D, I>::run(std::get<I>(rules_for<T, D>), v, why) && ...);
    };
    constexpr auto all = std::make_index_sequence<std::tuple_size_v<decltype(member_rules<T, D>())>>{};
    if constexpr (is_optional<M>)
        return !member || run(*member, all);
    else
        return run(member, all);
}

template <class R>
inline constexpr bool is_silent =
    std::same_as<R, defaulted_rule> || std::same_as<R, alias> || std::same_as<R, describe>;

template <class... R>
consteval bool all_silent(std::tuple<R...> const*)
{
    return (is_silent<R> && ...);
}

/// The function that checks a member's rules; null when nothing is to be checked.
template <class T, class D>
consteval auto check_of() -> bool (*)(void const*, fault*)
{
    if constexpr (all_silent(&rules_for<T, D>))
        return nullptr;
    else
        return &check_member<T, D>;
}

} // namespace framex::detail
