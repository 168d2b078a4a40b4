/// Which pages of other origins may read the answers, as `[server.cors]` says. Fetch standard section 3.2.
#pragma once

#include "server/writer.hpp"

#include <framex/config/settings.hpp>
#include <framex/http/head.hpp>
#include <framex/model/issue.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// What the models cannot tell of `[server.cors]`: origins that no browser sends, and settings that
/// contradict each other (type "contradiction").
std::vector<issue> issues_of(cors_settings const& wanted);

class cors_policy {
public:
    cors_policy() = default; ///< off
    /// The settings have no issues.
    explicit cors_policy(cors_settings const& wanted);

    bool is_on() const noexcept { return any_ || !exact_.empty() || !below_.empty(); }

    /// What the answer to `asked` (null: the request could not be read) says of sharing, whatever its status.
    void mark(request_head const* asked, added_fields& answer) const;
    /// Also marks the answer of an OPTIONS request when that is a preflight of an allowed origin; `allow`
    /// names the methods of the path.
    void mark_preflight(request_head const& asked, std::string_view allow, added_fields& answer) const;

private:
    /// "https://*.example": what goes before and after the star.
    struct below {
        std::string scheme;
        std::string domain;
    };

    bool allows(std::string_view origin) const;

    bool any_ = false; ///< every origin: the answers do not depend on it
    std::vector<std::string> exact_;
    std::vector<below> below_;
    std::string lines_; ///< after Access-Control-Allow-Origin
    std::string methods_; ///< empty: those of the path
    std::string headers_; ///< empty: those that are asked for
    std::string max_age_;
};

} // namespace framex
