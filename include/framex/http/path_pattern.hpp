/// Route patterns: "/files/{id}", "/files/{rest:path}", "/api/v1/*".
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// A pattern for normalised paths (see normalise_path()).
/// A segment is text, "{name}" (any one segment that is not empty) or, as the last one, "{name:path}" or "*"
/// (all the rest, which may hold "/" and may be empty).
class path_pattern {
public:
    /// Throws std::invalid_argument with a sentence when the text is no such pattern or a name appears twice.
    explicit path_pattern(std::string_view text);

    /// Whether the path fits. `values` becomes the parameters in the order of names(), as views of `path`;
    /// "*" gives none. They still hold the escapes that normalise_path() keeps.
    bool match(std::string_view path, std::vector<std::string_view>& values) const;

    std::string const& text() const noexcept { return text_; }
    std::vector<std::string> const& names() const noexcept { return names_; }
    /// No parameter and no rest: the pattern is the path itself.
    bool is_static() const noexcept { return static_; }

    /// Routing order: less means tried first. Segment by segment, text before parameter before rest; then
    /// longer before shorter. Equivalent patterns match the same paths.
    std::weak_ordering operator<=>(path_pattern const& other) const noexcept;
    bool operator==(path_pattern const& other) const noexcept { return (*this <=> other) == 0; }

private:
    enum class kind : unsigned char { text, parameter, rest };
    struct segment {
        segment(kind k, std::string t) : what(k), text(std::move(t)) {}
        kind what;
        std::string text; // of a text segment
    };

    void add_segment(std::string_view piece, bool last);
    void add_name(std::string_view name);

    std::string text_;
    std::vector<segment> segments_;
    std::vector<std::string> names_;
    bool static_ = true;
};

} // namespace framex
