/// Every setting of framex as a model: the members are the keys, their initialisers the defaults.
/// The tables mirror `config.toml`: `server_settings::port` is `port` in `[server]` and `SERVER__PORT`
/// outside.
#pragma once

#include <framex/config/units.hpp>
#include <framex/fwd.hpp>
#include <framex/model/rules.hpp>
#include <framex/model/table.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace framex {

/// A table whose keys framex does not prescribe.
using free_table = std::map<std::string, json::value>;

/// `[server.limits]`: what one peer may cost. Every limit has its own reply.
struct limit_settings {
    duration_setting head_timeout = std::chrono::seconds(10); ///< from the first octet to the end of the head
    size_setting head_size = size_setting(32 << 10); ///< 431 beyond it
    size_setting target_size = size_setting(8 << 10); ///< 414 beyond it
    std::int64_t field_count = 100; ///< header fields; 431 beyond it
    duration_setting body_timeout =
        std::chrono::seconds(30); ///< between two reads of a request body; 0s is off
    size_setting body_rate = size_setting(256); ///< slower than so many octets a second, a body spends
                                                ///< `body_timeout` and is cut; 0: any octet renews it
    size_setting body_size = size_setting(16 << 20); ///< JSON bodies; 413 beyond it
    size_setting multipart_size = size_setting(1 << 30); ///< a typed form in all; 413; 0 is unbounded
    std::int64_t multipart_parts = 1000; ///< 413 beyond it
    size_setting multipart_field_size = size_setting(64 << 10); ///< a field that is kept in memory; 413
    size_setting multipart_file_size; ///< one file; 0 is unbounded
    duration_setting keep_alive = std::chrono::seconds(30); ///< idle time between two requests
    duration_setting handler_timeout; ///< waits for the body not counted; 504 after it; 0s is off
    duration_setting write_timeout =
        std::chrono::seconds(30); ///< a reader that takes nothing for so long is cut
    duration_setting stream_keep_alive =
        std::chrono::seconds(15); ///< comment line in a silent stream; 0s is off
    duration_setting shutdown_grace = std::chrono::seconds(10); ///< running requests may end within it
    std::int64_t json_depth = max_depth; ///< nesting of JSON bodies; 422 beyond it
    std::int64_t requests_in_flight = 10000; ///< a thread; 503 beyond it, but for plain functions

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&limit_settings::field_count, framex::range{1, 100000}),
            framex::field(&limit_settings::multipart_parts, framex::range{1, 1000000}),
            framex::field(&limit_settings::json_depth, framex::range{std::size_t{1}, max_depth}),
            framex::field(&limit_settings::requests_in_flight, framex::range{1, 10000000}));
    }
};
BOOST_DESCRIBE_STRUCT(limit_settings, (),
    (head_timeout, head_size, target_size, field_count, body_timeout, body_rate, body_size, multipart_size,
        multipart_parts, multipart_field_size, multipart_file_size, keep_alive, handler_timeout,
        write_timeout, stream_keep_alive, shutdown_grace, json_depth, requests_in_flight))

/// `[server.cors]`: which pages of other origins may read the answers. Off while `origins` is empty.
struct cors_settings {
    std::vector<std::string> origins; ///< "https://app.example", "https://*.example" for what is below it, or
                                      ///< "*" alone: every page
    std::vector<std::string> methods; ///< that a preflight allows; empty: those that the path has
    std::vector<std::string> headers; ///< request fields that it allows; empty: whatever it asks for
    std::vector<std::string> expose; ///< answer fields that scripts may read besides the safelisted ones
    bool credentials = false; ///< cookies and the like may be sent along
    duration_setting max_age = std::chrono::minutes(10); ///< how long browsers keep a preflight's answer
};
BOOST_DESCRIBE_STRUCT(cors_settings, (), (origins, methods, headers, expose, credentials, max_age))

/// `[server.compression]`: of whole answers, never of streams.
struct compression_settings {
    bool enabled = false;
    std::vector<std::string> encodings = {"zstd", "br", "gzip"}; ///< the first goes before its equals
    size_setting min_size = size_setting(1 << 10); ///< a smaller body is sent as it is
};
BOOST_DESCRIBE_STRUCT(compression_settings, (), (enabled, encodings, min_size))

/// `[server]`.
struct server_settings {
    std::string host = "127.0.0.1";
    std::int64_t port = 8080; ///< 0 lets the system choose
    std::string dashboard_host = "127.0.0.1";
    std::int64_t dashboard_port = 8260;
    bool use_ray = false;
    bool enable_proxy = false; ///< wants `proxy` among load_builtin_plugins
    std::vector<std::int64_t> legal_proxy_code = {200}; ///< envelope statuses a proxied call accepts
    std::int64_t num_cpus = -1; ///< threads for the jobs of remote(); 0 or less: one for each processor
    std::vector<std::string> excluded_log_paths; ///< exact paths whose answers get no envelope
    free_table ingress_config;
    std::string reversion; ///< version of the service; empty means framex's own
    std::string error_status = "real"; ///< "real": HTTP statuses; "envelope": 200 with `status` in the body
    std::int64_t threads = 1; ///< each with its own acceptor
    limit_settings limits;
    cors_settings cors;
    compression_settings compression;

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&server_settings::port, framex::range{0, 65535}),
            framex::field(&server_settings::dashboard_port, framex::range{0, 65535}),
            framex::field(&server_settings::threads, framex::range{1, 1024}),
            framex::field(&server_settings::error_status, framex::one_of{"real", "envelope"}));
    }
};
BOOST_DESCRIBE_STRUCT(server_settings, (),
    (host, port, dashboard_host, dashboard_port, use_ray, enable_proxy, legal_proxy_code, num_cpus,
        excluded_log_paths, ingress_config, reversion, error_status, threads, limits, cors, compression))

/// `[auth.oauth]`: the provider behind the protected pages. Empty URLs are derived from `base_url`.
struct oauth_settings {
    std::string provider;
    std::string client_id;
    std::string client_secret;
    std::string redirect_uri; ///< path below `app_url` that the provider calls back
    std::string base_url;
    std::string app_url;
    std::string authorization_url;
    std::string token_url;
    std::string user_info_url;
    std::string jwt_algorithm = "HS256";
    std::string jwt_secret; ///< required

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&oauth_settings::provider, framex::defaulted),
            framex::field(&oauth_settings::client_id, framex::defaulted),
            framex::field(&oauth_settings::client_secret, framex::defaulted),
            framex::field(&oauth_settings::redirect_uri, framex::defaulted),
            framex::field(&oauth_settings::base_url, framex::defaulted),
            framex::field(&oauth_settings::app_url, framex::defaulted),
            framex::field(&oauth_settings::authorization_url, framex::defaulted),
            framex::field(&oauth_settings::token_url, framex::defaulted),
            framex::field(&oauth_settings::user_info_url, framex::defaulted),
            framex::field(&oauth_settings::jwt_algorithm, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(oauth_settings, (),
    (provider, client_id, client_secret, redirect_uri, base_url, app_url, authorization_url, token_url,
        user_info_url, jwt_algorithm, jwt_secret))

/// `[auth]`: path rules with their keys, and who signs people in.
struct auth_settings {
    std::map<std::string, std::vector<std::string>> rules;
    std::optional<oauth_settings> oauth;
};
BOOST_DESCRIBE_STRUCT(auth_settings, (), (rules, oauth))

/// `[log]`.
struct log_settings {
    std::string level = "info";
    std::string format = "auto"; ///< "auto" is text on a terminal and JSON lines elsewhere
    bool access = false; ///< one line for each request
    bool simple_log = true; ///< drop the engine's lines that begin with `ignored_prefixes`
    std::vector<std::string> ignored_prefixes;
    std::vector<std::string> ignored_contains = {"GET /ping", "GET /health"};

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&log_settings::level,
                                 framex::one_of{"trace", "debug", "info", "warning", "error", "off"}),
            framex::field(&log_settings::format, framex::one_of{"auto", "text", "json"}));
    }
};
BOOST_DESCRIBE_STRUCT(
    log_settings, (), (level, format, access, simple_log, ignored_prefixes, ignored_contains))

/// `[cache]`: replies kept for handlers that ask for it.
struct cache_settings {
    bool enabled = false;
    std::string mode = "memory";
    std::int64_t ttl = 60; ///< seconds; -1 keeps for ever
    std::int64_t max_size = 1000;
    std::string file_dir = ".framex/cache";

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&cache_settings::mode, framex::one_of{"memory", "file"}),
            framex::field(&cache_settings::ttl, framex::range{-1, 1000000000}),
            framex::field(&cache_settings::max_size, framex::range{1, 1000000000}));
    }
};
BOOST_DESCRIBE_STRUCT(cache_settings, (), (enabled, mode, ttl, max_size, file_dir))

/// `[docs]`: what the pages show besides the document.
struct docs_settings {
    std::vector<std::string> embedded_config_file_whitelist; ///< globs
    std::vector<json::value> action_buttons;
};
BOOST_DESCRIBE_STRUCT(docs_settings, (), (embedded_config_file_whitelist, action_buttons))

/// The whole configuration.
struct settings {
    std::vector<std::string> load_plugins;
    std::vector<std::string> load_builtin_plugins;
    server_settings server;
    auth_settings auth;
    log_settings log;
    cache_settings cache;
    docs_settings docs;
    free_table plugins; ///< `[plugins.NAME]`, checked by the plugin itself
    free_table base_ingress_config;
    free_table sentry;
    free_table repository;
    free_table test;
};
BOOST_DESCRIBE_STRUCT(settings, (),
    (load_plugins, load_builtin_plugins, server, auth, log, cache, docs, plugins, base_ingress_config, sentry,
        repository, test))

} // namespace framex
