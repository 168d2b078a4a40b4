#include "settings_check.hpp"

#include "server/compression.hpp"
#include "server/cors.hpp"

#include <framex/config/nearest.hpp>
#include <framex/http/rules.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>

namespace framex::cli {

namespace {

class settings_checker {
public:
    settings_checker(configuration const& from, std::span<std::string const> built_in)
        : from_(from), built_in_(built_in)
    {
    }

    std::vector<problem> run() &&
    {
        check_address();
        check_rules();
        check_answers();
        check_missing_parts();
        check_proxy();
        check_built_in_names();
        return std::move(problems_);
    }

private:
    void refuse(setting_path const& path, std::string code, std::string message, std::string help)
    {
        problems_.push_back(from_.problem_at(path, std::move(code), std::move(message), std::move(help)));
    }

    void check_address()
    {
        auto const& host = from_.settings().server.host;
        if (!address_of_host(host))
            refuse({"server", "host"}, "FX0201", "`server.host` is `" + host + "`, which is no IP address",
                "use 127.0.0.1 for this machine only, 0.0.0.0 or :: for every network");
    }

    /// A rule that guards nothing is a mistake that nobody would notice.
    void check_rules()
    {
        for (auto const& [pattern, keys] : from_.settings().auth.rules) {
            if (key_rules::can_match(pattern))
                continue;
            auto const meant = key_rules::normal_form(pattern);
            refuse({"auth", "rules", pattern}, "FX0601", "the rule `" + pattern + "` can never match a path",
                meant.empty() ? "begin it with / and end it with /* for everything below a path"
                              : "paths are normalised before they are compared: write `" + meant + "`");
        }
    }

    void check_answers()
    {
        auto const& server = from_.settings().server;
        auto issues = issues_of(server.cors);
        std::ranges::move(issues_of(server.compression), std::back_inserter(issues));
        for (auto const& each : issues) {
            problems_.push_back(from_.problem_of(each));
            if (each.type == "contradiction")
                problems_.back().code = "FX0106";
        }
    }

    void check_missing_parts()
    {
        if (from_.settings().auth.oauth)
            refuse({"auth", "oauth"}, "FX0602",
                "signing in by OAuth is not part of this program, the pages would stay open",
                "remove [auth.oauth]; auth.rules guard the pages by keys");
        if (from_.settings().server.use_ray)
            refuse({"server", "use_ray"}, "FX0402", "the Ray engine is not part of this program",
                "leave --use-ray away");
    }

    bool is_built_in(std::string const& name) const
    {
        return std::ranges::find(built_in_, name) != built_in_.end();
    }

    bool is_proxy_absent() const { return from_.settings().server.enable_proxy && !is_built_in("proxy"); }

    void check_proxy()
    {
        auto const& loaded = from_.settings().load_builtin_plugins;
        if (is_proxy_absent())
            refuse({"server", "enable_proxy"}, "FX0106",
                "`server.enable_proxy` is true, and the proxy is not part of this program",
                "leave the proxy off: remove enable_proxy, or the option --enable-proxy");
        else if (from_.settings().server.enable_proxy && std::ranges::find(loaded, "proxy") == loaded.end())
            refuse({"server", "enable_proxy"}, "FX0106",
                "`server.enable_proxy` is true, but the built-in plugin `proxy` is not loaded",
                "add load_builtin_plugins = [\"proxy\"], or the option --load-builtin-plugins proxy; or "
                "leave "
                "the proxy off");
    }

    void check_built_in_names()
    {
        auto const& names = from_.settings().load_builtin_plugins;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (is_built_in(names[i]) || (names[i] == "proxy" && is_proxy_absent()))
                continue;
            std::string help = "built-in plugins:";
            for (std::string const& each : built_in_)
                help += " " + each;
            if (auto const meant = nearest(names[i], built_in_))
                help = "did you mean `" + *meant + "`?";
            refuse({"load_builtin_plugins", std::to_string(i)}, "FX0109",
                "no built-in plugin `" + names[i] + "`", help);
        }
    }

    configuration const& from_;
    std::span<std::string const> built_in_;
    std::vector<problem> problems_;
};

} // namespace

std::vector<problem> unusable_settings(configuration const& from, std::span<std::string const> built_in)
{
    return settings_checker(from, built_in).run();
}

exit_code exit_code_of(std::span<problem const> unusable)
{
    auto const code = [](problem const& one) {
        if (one.code == "FX0201")
            return address_taken;
        return one.code == "FX0109" || one.code == "FX0402" ? plugin_refused : configuration_refused;
    };
    return std::ranges::min(unusable | std::views::transform(code));
}

std::optional<asio::ip::address> address_of_host(std::string const& host)
{
    error_code error;
    auto const address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    return error ? std::nullopt : std::optional(address);
}

} // namespace framex::cli
