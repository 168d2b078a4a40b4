/// Path patterns with parameters, found segment by segment however many there are.
#pragma once

#include <framex/http/path_pattern.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Finding costs what the path's segments cost, times the logarithm of the patterns; parameters beside texts
/// in the same place may double it. The nodes lie in one vector, so that no depth of a pattern is a depth of
/// the stack.
class pattern_tree {
public:
    /// What the caller knows a pattern by.
    using number = std::size_t;
    static constexpr number nothing = ~number{};

    /// The number of all patterns that are equivalent to this one, to be set when it is `nothing`.
    number& place_of(path_pattern const& pattern);
    number find(path_pattern const& pattern) const;

    /// Calls `f` with the number of each pattern that fits a normalised path, in routing order, until it
    /// gives true; whether it did.
    template <class F>
    bool visit(std::string_view path, F f) const
    {
        return visit_from(0, path, f);
    }

private:
    struct node {
        std::map<std::string, std::size_t, std::less<>> texts{};
        std::size_t parameter = 0; ///< the node behind it; 0: there is none
        number rest = nothing; ///< of the pattern that takes all the rest
        number end = nothing; ///< of the pattern that ends here
    };
    enum class kind : unsigned char { text, parameter, rest };

    static kind kind_of(std::string_view piece) noexcept;
    static std::string_view cut(std::string_view& path) noexcept;

    template <class F>
    bool visit_from(std::size_t at, std::string_view path, F& f) const
    {
        auto const& here = nodes_[at];
        if (path.empty())
            return here.end != nothing && f(here.end);
        if (path[0] != '/')
            return false;
        auto behind = path;
        auto const piece = cut(behind);
        if (auto const text = here.texts.find(piece); text != here.texts.end())
            if (visit_from(text->second, behind, f))
                return true;
        if (here.parameter != 0 && !piece.empty() && visit_from(here.parameter, behind, f))
            return true;
        return here.rest != nothing && f(here.rest);
    }

    std::vector<node> nodes_{1}; ///< the first is the root
};

} // namespace framex
