/// The lines that `framex run` writes about requests, errors and for plugins: text for people, JSON for
/// machines.
#pragma once

#include <framex/config/problem.hpp>
#include <framex/config/settings.hpp>
#include <framex/plugin/log.hpp>
#include <framex/server/access.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace framex::cli {

/// Where lines go and what they look like.
struct log_output {
    std::ostream& to; ///< outlives the log
    bool is_terminal = false;
    colours paint = colours::off;
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// Writes each record as one line, as `[log]` says. Any number of threads may write at once.
class log {
public:
    log(log_output output, log_settings const& wanted);

    /// Whether lines of this level are written.
    bool writes(log_level level) const noexcept { return level >= least_; }

    /// Level info. Dropped when "METHOD path" contains one of `log.ignored_contains`; the path itself is
    /// never written, the route is.
    void access(access_record const& record);
    /// Level error. Line breaks and other control characters of the text are escaped.
    void error(error_record const& record);
    /// The plugin's own level. Control characters are escaped.
    void plugin(log_record const& record);
    /// A problem of the service itself, as it would end a start; one line of JSON, or several of text.
    void fault(problem const& what);

private:
    bool is_ignored(access_record const& record) const;
    void write(std::string line);
    std::string text_head(log_level level) const;
    std::string json_time() const;

    log_output output_;
    log_level least_;
    bool is_json_;
    std::vector<std::string> ignored_;
    std::mutex guard_;
};

} // namespace framex::cli
