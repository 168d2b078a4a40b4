/// [plugins.proxy]: what may stand there, and what it means once it is checked.
#pragma once

#include "import_rules.hpp"

#include <framex/client/upstream_group.hpp>
#include <framex/config/settings.hpp>
#include <framex/http/rules.hpp>
#include <framex/model/rules.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

/// The path of an upstream's OpenAPI document, unless docs_path says another.
inline constexpr char const* usual_docs_path = "/api/v1/openapi.json";

/// `[plugins.proxy.proxy_urls."http://..."]`: one upstream.
struct upstream_table {
    std::optional<std::vector<std::string>> enable; ///< ["*"], and [] beside a white_list
    std::vector<std::string> disable;
    std::vector<std::string> websockets; ///< paths of its WebSockets, which no document describes
    std::string docs_path = usual_docs_path;
    int weight = 1; ///< its share of the calls that several upstreams can answer

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&upstream_table::disable, framex::defaulted),
            framex::field(&upstream_table::websockets, framex::defaulted),
            framex::field(&upstream_table::docs_path, framex::defaulted),
            framex::field(&upstream_table::weight, framex::range{1, 1000}, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(upstream_table, (), (enable, disable, websockets, docs_path, weight))

/// `[plugins.proxy.auth]`: the keys that are sent, by the path they open.
struct auth_table {
    std::map<std::string, std::vector<std::string>> rules;
};
BOOST_DESCRIBE_STRUCT(auth_table, (), (rules))

/// `[plugins.proxy.tls]`: how https upstreams are spoken to, see framex::tls_options.
struct tls_table {
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    bool trusts_any_certificate = false;

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&tls_table::ca_file, framex::defaulted),
            framex::field(&tls_table::certificate_file, framex::defaulted),
            framex::field(&tls_table::key_file, framex::defaulted),
            framex::field(&tls_table::trusts_any_certificate, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(tls_table, (), (ca_file, certificate_file, key_file, trusts_any_certificate))

/// `[plugins.proxy]` as it is written; check() says what it means.
struct settings_table {
    json::value proxy_urls = json::array(); ///< a list of URLs, or a table of upstream_table by URL
    std::optional<std::vector<std::string>> white_list; ///< ["/*"] beside a list of URLs, else no such level
    std::vector<std::string> force_stream_apis; ///< exact paths
    json::value timeout = 600; ///< seconds, or a text with a unit
    json::value refresh = 30; ///< the same
    std::string balance = "round_robin"; ///< of upstreams that offer the same; "hash" goes by the client
    int in_flight = 0; ///< requests that an upstream has at a time; 0: any number
    bool repeats_sent = false; ///< also a POST that an upstream may have acted on
    std::string health_path; ///< asked every 5 s at each of several upstreams; empty: none is asked
    tls_table tls;
    auth_table auth;
    free_table ingress_config; ///< read for configurations of the Ray engine, without effect here
    std::map<std::string, std::vector<std::string>> proxy_functions; ///< names of functions by URL

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&settings_table::proxy_urls, framex::defaulted),
            framex::field(&settings_table::force_stream_apis, framex::defaulted),
            framex::field(&settings_table::timeout, framex::defaulted),
            framex::field(&settings_table::refresh, framex::defaulted),
            framex::field(&settings_table::balance, framex::one_of{"round_robin", "least_in_flight", "hash"},
                framex::defaulted),
            framex::field(&settings_table::in_flight, framex::range{0, 1000000}, framex::defaulted),
            framex::field(&settings_table::repeats_sent, framex::defaulted),
            framex::field(&settings_table::health_path, framex::defaulted),
            framex::field(&settings_table::tls, framex::defaulted),
            framex::field(&settings_table::auth, framex::defaulted),
            framex::field(&settings_table::ingress_config, framex::defaulted),
            framex::field(&settings_table::proxy_functions, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(settings_table, (),
    (proxy_urls, white_list, force_stream_apis, timeout, refresh, balance, in_flight, repeats_sent,
        health_path, tls, auth, ingress_config, proxy_functions))

/// One upstream, checked.
struct upstream_settings {
    std::string url; ///< http://host[:port][/prefix], without "/" at its end
    std::string docs_path;
    import_rules rules;
    int weight = 1;
    std::vector<std::string> websockets; ///< paths and prefixes of routes: "/ws", "/rooms/{id}", "/chat/*"
};

/// The settings of the proxy, checked.
struct proxy_settings {
    std::vector<upstream_settings> upstreams; ///< in the order of proxy_urls
    std::vector<std::string> force_stream_apis;
    group_options group{}; ///< of upstreams that offer the same; with the timeout of each step and TLS
    bool checks_health = false;
    std::chrono::milliseconds refresh{}; ///< between two looks at a document; above 0
    std::map<std::string, std::vector<std::string>> proxy_functions; ///< by the URL of an upstream
    key_rules keys; ///< each rule has at least one key

    /// The key that opens a path at the upstream, the first one of its rule; empty: it needs none.
    std::string_view key_for(std::string_view path) const noexcept;
};

/// Throws validation_error with every fault, each at its place below {"plugins", "proxy"}: rules that can
/// match no path, URLs that cannot be called, two upstreams of one URL, keys that cannot be sent.
proxy_settings check(settings_table const& written);

} // namespace framex::proxy
