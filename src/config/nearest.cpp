#include <framex/config/nearest.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace framex {

namespace {

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Optimal string alignment: additions, losses, replacements and swaps of neighbours.
std::size_t distance(std::string_view left, std::string_view right)
{
    std::size_t const width = right.size() + 1;
    std::vector<std::size_t> before(width);
    std::vector<std::size_t> above(width);
    std::vector<std::size_t> row(width);
    for (std::size_t j = 0; j < width; ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            bool const same = lower(left[i - 1]) == lower(right[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2])
                && lower(left[i - 2]) == lower(right[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above.back();
}

} // namespace

std::optional<std::string> nearest(std::string_view wrong, std::span<std::string const> candidates)
{
    std::optional<std::string> best;
    std::size_t best_distance = 0;
    for (std::string const& candidate : candidates) {
        std::size_t const away = distance(wrong, candidate);
        std::size_t const near = std::max<std::size_t>(1, std::max(wrong.size(), candidate.size()) / 3);
        if (away <= near && away < std::max(wrong.size(), candidate.size())
            && (!best || away < best_distance)) {
            best = candidate;
            best_distance = away;
        }
    }
    return best;
}

} // namespace framex
