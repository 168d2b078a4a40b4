/// What plugins tell their program: lines with a level, which the program writes where it likes.
#pragma once

#include <boost/describe/enum.hpp>

#include <functional>
#include <string_view>

namespace framex {

/// From the finest to the gravest; `off` is a threshold only: nothing is as grave.
enum class log_level : unsigned char { trace, debug, info, warning, error, off };
BOOST_DESCRIBE_ENUM(log_level, trace, debug, info, warning, error, off)

/// One line of a plugin. The views are valid during the call only.
struct log_record {
    std::string_view plugin{}; ///< its id
    log_level level = log_level::info;
    std::string_view text{}; ///< may hold line breaks and any octet
};

/// Called on whatever thread the plugin logs from, by several at once; what it throws reaches the plugin.
using log_sink = std::function<void(log_record const&)>;

} // namespace framex
