#include "route_reasons.hpp"

#include "one_line.hpp"
#include "proxy/settings.hpp"
#include "server/router.hpp"

#include <framex/config/nearest.hpp>
#include <framex/http/path.hpp>
#include <framex/model/json.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace framex::cli {

namespace {

bool is_exact(std::string_view rule) { return !rule.ends_with("/*"); }

/// A rule that matches the path, with the one that counts first.
std::vector<std::string> matching_rules(auth_settings const& auth, std::string_view path)
{
    std::vector<std::string> matching;
    for (auto const& [pattern, keys] : auth.rules)
        if (key_rules({{pattern, keys}}).find(path))
            matching.push_back(pattern);
    std::ranges::sort(matching, [](std::string const& a, std::string const& b) {
        return is_exact(a) != is_exact(b) ? is_exact(a) : a.size() > b.size();
    });
    return matching;
}

/// "/api/v1/* counts, the longest prefix of the path; it goes before /*"
std::string counting(auth_settings const& auth, key_rule const& rule, std::string_view path)
{
    auto text = rule.pattern + " counts, "
        + (is_exact(rule.pattern) ? "it is exactly " : "the longest prefix of ") + std::string(path);
    std::string others;
    for (auto const& each : matching_rules(auth, path))
        if (each != rule.pattern)
            others += (others.empty() ? "; it goes before " : ", ") + each;
    return text + others + (rule.keys.empty() ? "; it has no key, so nobody may ask" : "");
}

std::string named(route const& one)
{
    return one.method + " " + one.path + " of "
        + (one.plugin == own_plugin ? std::string("framex itself") : "plugin " + one.plugin);
}

/// The settings of the proxy; nullopt: it is not loaded. The app is prepared, so they have no fault.
std::optional<proxy::proxy_settings> proxy_of(settings const& wanted)
{
    auto const& built_in = wanted.load_builtin_plugins;
    if (std::ranges::find(built_in, "proxy") == built_in.end())
        return std::nullopt;
    proxy::settings_table written;
    std::vector<issue> issues;
    if (auto const table = wanted.plugins.find("proxy"); table != wanted.plugins.end())
        read_json(to_json(table->second), written, issues);
    return proxy::check(written);
}

class explanation {
public:
    explanation(app const& service, std::string const& method, std::string const& path)
        : wanted_(service.configuration()), table_(service.routes(), key_rules(wanted_.auth.rules)),
          method_(method), asked_(path.substr(0, path.find_first_of("?#")))
    {
    }

    std::string text() &&
    {
        text_ = method_ + " " + on_one_line(asked_) + "\n\n";
        auto const normal = normalise_path(asked_, scratch_);
        if (!normal) {
            say("path", "it has an escape that is none, a control character, or octets that are not UTF-8");
            say("answer", "400, whatever the method");
            return std::move(text_);
        }
        path_ = *normal;
        say("path", path_ == asked_ ? "it is compared as it is" : "it is compared as " + shown());
        std::vector<std::string_view> values;
        found_ = table_.find(path_, method_, values);
        explain_route();
        explain_upstreams();
        explain_keys();
        say("answer", answer());
        return std::move(text_);
    }

private:
    void say(std::string_view what, std::string const& sentence)
    {
        constexpr std::size_t width = 10;
        text_.append(what).append(width - what.size(), ' ').append(sentence).append("\n");
    }
    std::string shown() const { return on_one_line(path_); }

    void explain_route()
    {
        if (found_.target) {
            say("route", named(*found_.target));
            for (auto const& one : table_.routes())
                if (is_shadowed(one))
                    say("", "it goes before " + named(one) + ", whose path is less exact");
            return;
        }
        if (found_.entry) {
            say("route", "the path is here, the method is not; Allow: " + table_.allow(path_));
            return;
        }
        std::vector<std::string> paths;
        for (auto const& one : table_.routes())
            if (!one.method.empty())
                paths.push_back(one.path);
        auto const meant = nearest(path_, paths);
        say("route", "no plugin has the path" + (meant ? "; did you mean " + *meant + "?" : std::string()));
    }
    /// Whether the request would go to `one` if the route that was found were not there.
    bool is_shadowed(route const& one) const
    {
        std::vector<std::string_view> values;
        return &one != found_.target && one.method == found_.target->method
            && path_pattern(one.path).match(path_, values);
    }

    void explain_upstreams()
    {
        auto const proxy = proxy_of(wanted_);
        if (!proxy)
            return;
        for (auto const& each : proxy->upstreams) {
            auto const decided = each.rules.decide(path_);
            if (decided.taken)
                takers_.push_back(each.url);
            say("upstream",
                each.url + (decided.taken ? " is taken: " : " is not taken: ") + decided.because
                    + (decided.taken ? key_sent(*proxy) : ""));
            explain_websockets(each);
            may_differ_ |= !decided.taken && !each.rules.disables(path_);
        }
        bool const goes_first = found_.target && path_pattern(found_.target->path).is_static();
        if (goes_first && !takers_.empty())
            say("", "not asked: the route above goes first");
        else if (found_.target && !takers_.empty())
            say("", "asked only for a path of its document that is more exact than that of the route above");
        if (may_differ_ && !goes_first)
            say("",
                "a rule with a parameter is compared with the upstream's template: see --why '/items/{id}'");
    }
    /// Of a path that no plugin answers.
    void explain_websockets(proxy::upstream_settings const& of)
    {
        std::vector<std::string_view> values;
        auto const found = std::ranges::find_if(
            of.websockets, [&](std::string const& each) { return path_pattern(each).match(path_, values); });
        if (found_.target || method_ != "GET" || found == of.websockets.end() || of.rules.disables(path_))
            return;
        say("", "its WebSockets go there: websockets \"" + *found + "\"");
        sockets_ += (sockets_.empty() ? "" : " or ") + of.url;
    }
    std::string key_sent(proxy::proxy_settings const& proxy) const
    {
        auto const* rule = proxy.keys.find(path_);
        return rule ? "; it is sent the key of plugins.proxy.auth.rules " + rule->pattern
                    : "; it is sent no key";
    }
    bool may_be_published() const { return !(takers_.empty() && sockets_.empty()) && !found_.target; }

    /// A template of the upstream's document, which may fit the path, may have a rule of its own.
    bool may_have_a_rule() const
    {
        return may_be_published() && std::ranges::any_of(wanted_.auth.rules, [](auto const& rule) {
            return rule.first.find('{') != std::string::npos;
        });
    }

    void explain_keys()
    {
        if (!found_.target && !may_be_published())
            return say("keys", "not asked: there is nothing to open");
        if (found_.target && found_.target->keys) {
            is_closed_ = found_.target->keys->keys.empty();
            is_guarded_ = true;
            return say("keys",
                std::string("the route's own count, auth.rules do not")
                    + (is_closed_ ? "; it has none, so nobody may ask" : ""));
        }
        auto const* const on_path = table_.rules().find(path_);
        auto const* const on_route = found_.target ? table_.rule_of(*found_.target) : on_path;
        is_guarded_ = on_path || on_route;
        is_closed_ = (on_path && on_path->keys.empty()) || (on_route && on_route->keys.empty());
        if (!is_guarded_)
            say("keys", "no rule of auth.rules matches");
        if (on_route && on_route != on_path)
            say("keys", counting(wanted_.auth, *on_route, found_.target->path));
        if (on_path)
            say("keys", counting(wanted_.auth, *on_path, path_));
        if (on_path && on_route && on_path != on_route)
            say("", "a request needs a key that is in both");
        if (may_have_a_rule())
            say("",
                "a rule on the template in the upstream's document counts as well: see --why '/items/{id}'");
    }

    std::string answer() const
    {
        std::string const who = is_closed_ ? "401 for everybody"
            : is_guarded_                  ? "to who sends a key, else 401"
            : may_have_a_rule()            ? "to everybody unless such a rule guards it"
                                           : "to everybody";
        if (found_.target)
            return is_closed_ ? who
                              : "by "
                    + (found_.target->plugin == own_plugin ? std::string("framex itself")
                                                           : "plugin " + found_.target->plugin)
                    + ", " + who;
        auto const refused = !sockets_.empty() ? "426" : found_.entry ? "405" : "404";
        if (!may_be_published())
            return std::string(refused) + (may_differ_ ? ", unless a template of an upstream is taken" : "");
        auto const sockets = sockets_.empty() ? std::string() : "WebSockets by " + sockets_;
        if (takers_.empty())
            return is_closed_ ? who : sockets + ", " + who + "; else " + refused;
        std::string urls;
        for (auto const& url : takers_)
            urls += (urls.empty() ? "" : " or ") + url;
        return (is_closed_ ? who : sockets + (sockets.empty() ? "" : "; ") + "by " + urls + ", " + who)
            + ", when its document has " + (method_ == "HEAD" ? "GET" : method_) + " " + shown() + "; else "
            + refused;
    }

    settings const& wanted_;
    route_table const table_;
    std::string method_;
    std::string asked_; ///< the path as it was written
    std::string scratch_;
    std::string_view path_; ///< normalised
    found_route found_;
    std::vector<std::string> takers_; ///< the upstreams whose operation of this path would be taken
    std::string sockets_; ///< the upstreams that the path's WebSockets go to
    bool may_differ_ = false; ///< an upstream's rules may say another thing of a template
    bool is_guarded_ = false;
    bool is_closed_ = false;
    std::string text_;
};

} // namespace

std::string reasons_of(app const& service, std::string const& method, std::string const& path)
{
    return explanation(service, method, path).text();
}

} // namespace framex::cli
