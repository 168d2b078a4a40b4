/// Which operations of an upstream become routes of this service.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

/// The path template without the names of its parameters: "/items/{}" for "/items/{id}".
std::string shape_of(std::string_view path);

/// What the rules say of one path, and why.
struct decision {
    bool taken = false;
    std::string because; ///< the level and its rule: `disable "/api/v1/internal/*"`, `not enabled`
};

/// The rules of one upstream. They are asked in this order, and the first one that matches decides: disable,
/// enable, white_list. What none of them matches is not taken.
///
/// A rule is an exact path, a prefix ("/x/*" is "/x/" and all below it), or "*" and "/*" for every path. It
/// is compared with the path template of an operation in the form of normalise_path(). The name of a
/// parameter does not count: "/items/{id}" is "/items/{item_id}". In a rule of `disable` a parameter is any
/// text without "/", and a path with "%2F" is looked at as a service reads it that takes this for a slash.
class import_rules {
public:
    using list = std::vector<std::string>;

    /// Takes nothing.
    import_rules() = default;
    /// Without a white_list there is no third level.
    import_rules(list const& disable, list const& enable, std::optional<list> const& white_list);

    /// Whether the operation at this path template is taken.
    decision decide(std::string_view path) const;

    /// Whether a rule of `disable` matches the path of a request. To be asked before forwarding, since the
    /// template "/api/{name}" covers paths that `disable` may name.
    bool disables(std::string_view path) const;

    /// The spelling in which a rule is compared; empty for a text that is no rule.
    static std::string normal_form(std::string_view rule);
    /// Whether a rule can match any path: it is its own normal form.
    static bool can_match(std::string_view rule);

private:
    struct rule {
        std::string text; ///< as it is written
        std::string shape; ///< without the names of parameters
    };
    using level = std::vector<rule>;

    static level level_of(list const& rules);
    static rule const* find(level const& rules, std::string_view shape);
    rule const* disabling(std::string_view normal) const;

    level disable_;
    level enable_;
    std::optional<level> white_list_;
};

} // namespace framex::proxy
