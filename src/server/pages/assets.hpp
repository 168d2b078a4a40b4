/// The files embedded in the library for its pages; the build writes the table (pages.cmake).
#pragma once

#include <span>
#include <string_view>

namespace framex::pages {

/// One embedded file. All views live as long as the program.
struct embedded_asset {
    std::string_view name; ///< as the pages' sources say it: "swagger-ui.js"
    std::string_view type; ///< its media type
    std::string_view hash; ///< of the content; part of the public name and of the ETag
    std::string_view gzip; ///< the content, gzip'd
};

/// All of them. "swagger-ui.js" and "redoc.js" are missing in a build that could not fetch them.
std::span<embedded_asset const> embedded_assets() noexcept;

} // namespace framex::pages
