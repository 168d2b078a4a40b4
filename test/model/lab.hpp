/// The models of the recorded FastAPI application, and what an issue looks like in one line.
#pragma once

#include <framex/model/json.hpp>
#include <framex/model/rules.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

enum class Colour { red, blue };
BOOST_DESCRIBE_ENUM(Colour, red, blue)

struct Part {
    std::string sku;
    int qty = 1;

    static constexpr auto rules() { return framex::rules(framex::field(&Part::qty, framex::defaulted)); }
};
BOOST_DESCRIBE_STRUCT(Part, (), (sku, qty))

struct Item {
    std::int64_t id = 0;
    std::string name = "unnamed";
    std::vector<std::string> tags;
    double ratio = 0.5;
    Colour colour = Colour::red;
    std::optional<Part> part;
    framex::json::object extra;

    static constexpr auto rules()
    {
        using framex::defaulted;
        using framex::field;
        return framex::rules(field(&Item::name, defaulted), field(&Item::tags, defaulted),
            field(&Item::ratio, defaulted), field(&Item::colour, defaulted), field(&Item::extra, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name, tags, ratio, colour, part, extra))

/// A tree, and a member of each kind.
struct node {
    std::vector<node> children;
    std::map<std::string, node> named;
    std::optional<bool> flag;
    std::vector<bool> bits;
    framex::json::value any;
    framex::big_integer big;
    std::uint8_t small = 7;
    float ratio = 0;

    static constexpr auto rules()
    {
        using framex::defaulted;
        using framex::field;
        return framex::rules(field(&node::children, defaulted), field(&node::named, defaulted),
            field(&node::bits, defaulted), field(&node::any, defaulted), field(&node::big, defaulted),
            field(&node::small, defaulted), field(&node::ratio, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(node, (), (children, named, flag, bits, any, big, small, ratio))

/// Issues as the JSON that a 422 answer carries.
inline std::string text_of(std::vector<framex::issue> const& issues)
{
    std::string out;
    framex::write_issues(out, issues);
    return out;
}

/// "" when `text` fits, else its issues.
template <class T>
std::string issues_of(std::string_view text, T& target, framex::read_options options = {})
{
    std::vector<framex::issue> issues;
    bool const json = framex::read_json(text, target, issues, options);
    if (!json && (issues.size() != 1 || issues[0].type != "json_invalid"))
        return "no JSON without json_invalid";
    return issues.empty() ? std::string() : text_of(issues);
}

template <class T>
std::string issues_of(std::string_view text)
{
    T target{};
    return issues_of(text, target);
}

/// Only the types of the issues, separated by blanks; "" when `text` fits.
template <class T>
std::string types_of(std::string_view text, framex::read_options options = {})
{
    T target{};
    std::vector<framex::issue> issues;
    framex::read_json(text, target, issues, options);
    std::string out;
    for (auto const& one : issues)
        out += (out.empty() ? "" : " ") + one.type;
    return out;
}

/// What `text` holds; a misfit is a failed check.
template <class T>
T read(std::string_view text)
{
    T target{};
    BOOST_TEST(issues_of(text, target) == "", text);
    return target;
}

/// Whether `text` is JSON.
inline bool is_json(std::string_view text)
{
    framex::json::value v;
    std::vector<framex::issue> issues;
    bool const json = framex::read_json(text, v, issues);
    BOOST_TEST(json == issues.empty());
    return json;
}

} // namespace lab
