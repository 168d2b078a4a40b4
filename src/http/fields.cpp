#include <framex/http/fields.hpp>
#include <framex/http/syntax.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace framex {

namespace {

constexpr std::size_t least_lines = 8, least_octets = 256; // what the first memory is for

http::field id_of(std::string_view name) noexcept { return http::string_to_field(name); }

std::string_view name_of(http::field id) noexcept { return http::to_string(id); }

} // namespace

bool fields::is_of(entry const& one, http::field id, std::string_view name) const noexcept
{
    return one.id == id
        && (id != http::field::unknown
            || equals_ignoring_case({octets_.data() + one.at, one.name_size}, name));
}

/// Lines of one name stand together.
fields::range fields::lines_of(http::field id, std::string_view name) const noexcept
{
    auto const all = entries_.size();
    std::size_t first = 0;
    while (first != all && !is_of(entries_[first], id, name))
        ++first;
    std::size_t last = first;
    while (last != all && is_of(entries_[last], id, name))
        ++last;
    return {place(first), place(last)};
}

std::pair<fields::const_iterator, fields::const_iterator> fields::equal_range(
    std::string_view name) const noexcept
{
    return lines_of(id_of(name), name);
}

/// Memory with room for `more` octets, without those of lines that are gone; in `octets_` nothing moves.
std::string fields::with_room(std::size_t more)
{
    std::size_t live = 0;
    for (auto const& one : entries_)
        live += std::size_t(one.name_size) + one.value_size;
    if (more > std::numeric_limits<std::uint32_t>::max() - live)
        throw std::length_error("the header fields are larger than 4 GiB");
    std::string all;
    all.reserve(std::max({live + more, 2 * live, least_octets}));
    for (auto& one : entries_) {
        auto const at = static_cast<std::uint32_t>(all.size());
        all.append(octets_, one.at, one.name_size).append(octets_, one.value_at, one.value_size);
        one.at = at;
        one.value_at = at + one.name_size;
    }
    return all;
}

fields::entry fields::made(http::field id, std::string_view name, std::string_view value)
{
    value = trim_whitespace(value);
    auto const more = name.size() + value.size();
    std::string larger; // `name` and `value` may be views of the smaller one
    bool const fits = more <= octets_.capacity() - octets_.size();
    if (!fits)
        larger = with_room(more);
    auto& to = fits ? octets_ : larger;
    auto const at = static_cast<std::uint32_t>(to.size());
    to.append(name).append(value);
    if (!fits)
        octets_.swap(larger);
    auto const name_size = static_cast<std::uint32_t>(name.size());
    return {at, at + name_size, name_size, static_cast<std::uint32_t>(value.size()), id};
}

void fields::insert(http::field id, std::string_view name, std::string_view value)
{
    auto const after = index_of(lines_of(id, name).second);
    auto const one = made(id, name, value);
    if (entries_.capacity() == 0)
        entries_.reserve(least_lines);
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(after), one);
}

void fields::set(http::field id, std::string_view name, std::string_view value)
{
    auto const lines = lines_of(id, name);
    if (lines.first == lines.second)
        return insert(id, name, value);
    auto const first = index_of(lines.first);
    auto const one = made(id, name, value);
    entries_[first] = one;
    auto const second = entries_.begin() + static_cast<std::ptrdiff_t>(first) + 1;
    entries_.erase(second, second + static_cast<std::ptrdiff_t>(size_of(lines)) - 1);
}

void fields::insert(http::field name, std::string_view value) { insert(name, name_of(name), value); }
void fields::insert(std::string_view name, std::string_view value) { insert(id_of(name), name, value); }
void fields::set(http::field name, std::string_view value) { set(name, name_of(name), value); }
void fields::set(std::string_view name, std::string_view value) { set(id_of(name), name, value); }

std::size_t fields::erase(range const& lines) noexcept
{
    auto const gone = size_of(lines);
    auto const first = entries_.begin() + static_cast<std::ptrdiff_t>(index_of(lines.first));
    entries_.erase(first, first + static_cast<std::ptrdiff_t>(gone));
    return gone;
}

fields::const_iterator fields::erase(const_iterator line) noexcept
{
    auto const index = index_of(line);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
    return place(index);
}

void fields::reserve(std::size_t lines, std::size_t octets)
{
    entries_.reserve(lines);
    octets_.reserve(octets);
}

} // namespace framex
