#include "settings.hpp"

#include <framex/client/origin.hpp>
#include <framex/config/nearest.hpp>
#include <framex/config/units.hpp>
#include <framex/http/message.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/http/syntax.hpp>
#include <framex/model/issue.hpp>
#include <framex/model/json.hpp>

#include <boost/json/object.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace framex::proxy {

namespace {

constexpr std::chrono::milliseconds longest_connect{30'000}; // nobody waits longer for one who is not there
constexpr std::size_t most_idle = 1024; // connections to the upstreams of a group, for each thread

bool is_target(std::string_view path)
{
    return path.starts_with('/')
        && std::ranges::all_of(path, [](char c) { return is_octet(c, query_octet); });
}

std::string without_final_slash(std::string_view url)
{
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return std::string(url);
}

/// The place of a setting below [plugins.proxy].
class setting_place {
public:
    explicit setting_place(std::string key)
        : path_{std::string("plugins"), std::string("proxy"), std::move(key)}
    {
    }
    template <class Step>
    setting_place operator/(Step step) const
    {
        auto below = *this;
        below.path_.emplace_back(std::move(step));
        return below;
    }
    location const& path() const noexcept { return path_; }

private:
    location path_;
};

class checker {
public:
    explicit checker(settings_table const& written) : written_(written) {}

    proxy_settings run() &&
    {
        if (written_.white_list)
            rules(*written_.white_list, setting_place("white_list"));
        upstreams();
        forced_streams();
        groups();
        made_.refresh = span("refresh", written_.refresh);
        keys();
        functions();
        if (!issues_.empty())
            throw validation_error(std::move(issues_));
        auto& health = made_.group.health;
        health.authorization = made_.key_for(std::string_view(health.path).substr(0, health.path.find('?')));
        return std::move(made_);
    }

private:
    void refuse(setting_place const& at, std::string type, std::string message)
    {
        issues_.emplace_back(std::move(type), at.path(), std::move(message));
    }

    void unmatched(setting_place const& at, std::string const& meant, std::string const& forms)
    {
        refuse(at, "rule",
            "can never match a path: "
                + (meant.empty() ? forms : "paths are normalised before they are compared, write " + meant));
    }

    void rules(std::vector<std::string> const& list, setting_place const& at)
    {
        for (std::size_t i = 0; i < list.size(); ++i)
            if (!import_rules::can_match(list[i]))
                unmatched(at / i, import_rules::normal_form(list[i]),
                    "write an exact path that begins with /, a prefix that ends in /*, or * for every path");
    }

    void upstreams()
    {
        setting_place const at("proxy_urls");
        if (auto const* list = written_.proxy_urls.if_array())
            for (std::size_t i = 0; i < list->size(); ++i)
                listed((*list)[i], at / i);
        else if (auto const* table = written_.proxy_urls.if_object())
            for (auto const& each : *table)
                detailed(std::string(each.key()), each.value(), at / std::string(each.key()));
        else
            refuse(at, "proxy_urls", "should be a list of URLs, or a table with an URL as each key");
    }

    void listed(json::value const& url, setting_place const& at)
    {
        auto const* text = url.if_string();
        if (!text)
            return refuse(at, "string_type", "should be the URL of an upstream");
        auto const white_list = written_.white_list.value_or(import_rules::list{"/*"});
        add(std::string(*text), upstream_table{}, import_rules({}, {}, white_list), at);
    }

    void detailed(std::string const& url, json::value const& value, setting_place const& at)
    {
        upstream_table table;
        read_options options;
        options.unknown = unknown_keys::refuse;
        auto const before = issues_.size();
        read_json(to_json(value), table, issues_, at.path(), options);
        if (issues_.size() != before)
            return;
        auto const usual = written_.white_list ? import_rules::list{} : import_rules::list{"*"};
        auto const enable = table.enable.value_or(usual);
        rules(enable, at / std::string("enable"));
        rules(table.disable, at / std::string("disable"));
        websockets(table.websockets, at / std::string("websockets"));
        if (!is_target(table.docs_path))
            refuse(at / std::string("docs_path"), "docs_path",
                "should begin with / and be percent-encoded, as in " + std::string(usual_docs_path));
        add(url, table, import_rules(table.disable, enable, written_.white_list), at);
    }

    /// Rules that can be the paths of routes.
    void websockets(std::vector<std::string>& list, setting_place const& at)
    {
        rules(list, at);
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list[i] == "*")
                list[i] = "/*";
            if (!import_rules::can_match(list[i]))
                continue;
            try {
                path_pattern const is_one(list[i]);
            } catch (std::invalid_argument const& refusal) {
                refuse(at / i, "rule", std::string("cannot be the path of a route: ") + refusal.what());
            }
        }
    }

    void add(
        std::string const& text, upstream_table const& table, import_rules rules, setting_place const& at)
    {
        auto url = without_final_slash(text);
        try {
            if (request_url const parts(text); parts.target.find('?') != parts.target.npos)
                return refuse(at, "url", "should be an URL without a query");
        } catch (std::invalid_argument const& refusal) {
            std::string message = refusal.what();
            constexpr std::string_view begin = "expected ";
            if (message.starts_with(begin))
                message.replace(0, begin.size(), "should be ");
            return refuse(at, "url", std::move(message));
        }
        if (std::ranges::find(made_.upstreams, url, &upstream_settings::url) != made_.upstreams.end())
            return refuse(
                at, "url", "names the same upstream as an entry before it: give it a weight instead");
        made_.upstreams.push_back(
            {std::move(url), table.docs_path, std::move(rules), table.weight, table.websockets});
    }

    void forced_streams()
    {
        auto const& paths = written_.force_stream_apis;
        for (std::size_t i = 0; i < paths.size(); ++i)
            if (paths[i].ends_with('*') || !key_rules::can_match(paths[i]))
                unmatched(setting_place("force_stream_apis") / i,
                    paths[i].ends_with('*') ? std::string() : key_rules::normal_form(paths[i]),
                    "write an exact path that begins with /");
        made_.force_stream_apis = paths;
    }

    std::chrono::milliseconds span(std::string const& key, json::value const& given)
    {
        auto const text = given.is_string() ? std::string(given.get_string()) : to_json(given);
        auto const read = parse_duration(text);
        if (!read || read->milliseconds == 0)
            refuse(setting_place(key), key,
                "should be a number of seconds above 0, or a text with a unit, as in \"10min\"");
        return read.value_or(duration_setting());
    }

    void groups()
    {
        auto& client = made_.group.upstream.client;
        auto const each_step = span("timeout", written_.timeout);
        client.write_timeout = client.head_timeout = client.body_timeout = each_step;
        client.connect_timeout = client.tls_timeout = std::min(each_step, longest_connect);
        client.pool.idle_connections = client.pool.idle_total = most_idle;
        client.tls.ca_file = written_.tls.ca_file;
        client.tls.certificate_file = written_.tls.certificate_file;
        client.tls.key_file = written_.tls.key_file;
        client.tls.trusts_any_certificate = written_.tls.trusts_any_certificate;
        try {
            http_client const reads_the_files(client);
        } catch (std::invalid_argument const& refusal) {
            refuse(setting_place("tls"), "tls", refusal.what());
        }
        made_.group.balance = written_.balance == "hash" ? balance::hash
            : written_.balance == "round_robin"          ? balance::round_robin
                                                         : balance::least_in_flight;
        made_.group.in_flight = static_cast<std::size_t>(written_.in_flight);
        made_.group.retry.repeats_sent = written_.repeats_sent;
        made_.checks_health = !written_.health_path.empty();
        if (!made_.checks_health)
            return;
        made_.group.health.path = written_.health_path;
        if (!is_target(written_.health_path))
            refuse(setting_place("health_path"), "health_path",
                "should begin with / and be percent-encoded, as in /healthz");
    }

    void keys()
    {
        setting_place const at = setting_place("auth") / std::string("rules");
        for (auto const& [pattern, keys] : written_.auth.rules) {
            if (!key_rules::can_match(pattern))
                unmatched(at / pattern, key_rules::normal_form(pattern),
                    "begin it with / and end it with /* for everything below a path");
            if (keys.empty())
                refuse(at / pattern, "key", "should list a key to send");
            else if (keys.front().empty() || !valid_field_value(keys.front()))
                refuse(at / pattern / std::size_t{0}, "key",
                    "should be a key that a header field can hold: no control character, no space at its "
                    "ends");
        }
        made_.keys = key_rules(written_.auth.rules);
    }

    void functions()
    {
        std::vector<std::string> urls;
        for (auto const& each : made_.upstreams)
            urls.push_back(each.url);
        for (auto const& [written, names] : written_.proxy_functions) {
            auto const url = without_final_slash(written);
            if (std::ranges::find(urls, url) == urls.end()) {
                auto const meant = nearest(url, urls);
                refuse(setting_place("proxy_functions") / written, "url",
                    "is none of proxy_urls" + (meant ? ", did you mean " + *meant + "?" : ": add it there"));
            }
            made_.proxy_functions[url] = names;
        }
    }

    settings_table const& written_;
    proxy_settings made_;
    std::vector<issue> issues_;
};

} // namespace

std::string_view proxy_settings::key_for(std::string_view path) const noexcept
{
    auto const* rule = keys.find(path);
    return rule ? std::string_view(rule->keys.front()) : std::string_view();
}

proxy_settings check(settings_table const& written) { return checker(written).run(); }

} // namespace framex::proxy
