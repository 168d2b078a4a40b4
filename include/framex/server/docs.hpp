/// The documentation pages: Swagger UI, Redoc and the stream console, with everything they need embedded.
#pragma once

#include <framex/http/message.hpp>
#include <framex/server/openapi.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Answers the paths below /docs, and /redoc. The pages ask no other host and work under a path prefix of a
/// gateway. They name /api/v1/openapi.json, which is not answered here. Immutable after construction, so all
/// threads may share one.
class docs_pages {
public:
    /// One path and what answers it; GET routes answer HEAD too (whoever sends the response leaves out its
    /// body).
    struct entry {
        std::string_view method;
        std::string_view path; ///< a path pattern
        response (docs_pages::*answer)(request const&) const;
    };

    /// Every path that is answered: /docs, /redoc, /docs/stream, /docs/assets/{name}, /docs/plugin-release,
    /// /docs/plugin-config, /docs/action-buttons/{index}/invoke.
    static std::span<entry const> entries() noexcept;

    explicit docs_pages(std::vector<documented_plugin> plugins);

    /// Swagger UI; `cache-control: no-store`. A build without it answers a page that says how to get it.
    response swagger(request const& asked) const;
    /// Redoc; as above.
    response redoc(request const& asked) const;
    /// Calls a streaming operation and shows its events as they arrive; `path`, `method` and parameters of
    /// the operation may be given in the query.
    response stream_console(request const& asked) const;
    /// An embedded file by its hashed name: cacheable for ever, with an ETag a coding (304 when If-None-Match
    /// names it, RFC 9110 section 13.1.2), gzip'd for those who accept that. Throws http_error 404.
    response asset(request const& asked) const;
    /// What is known of a plugin's releases, `?plugin=ID`; no network is asked, so the latest is null. Throws
    /// validation_error without the parameter, http_error 404 for a plugin without version or URL.
    response plugin_release(request const& asked) const;
    /// A plugin's settings; throws http_error 403, since they are shown only to users who have logged in.
    response plugin_config(request const& asked) const;
    /// Throws http_error 404: no action buttons are configured.
    response action_button(request const& asked) const;

    /// The public name of an embedded file ("pages.css" gives "pages.0123456789abcdef.css"); empty when it is
    /// missing.
    static std::string asset_name(std::string_view name);

private:
    std::vector<documented_plugin> plugins_;
    std::string swagger_;
    std::string redoc_;
    std::string stream_console_;
};

} // namespace framex
