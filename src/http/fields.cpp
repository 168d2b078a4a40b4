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

/// Lines of one name stand together.
fields::range fields::lines_of(http::field id, std::string_view name) const noexcept
{
    auto const is_of = [&](entry const& one) {
        return one.id == id
            && (id != http::field::unknown
                || equals_ignoring_case({octets_.data() + one.at, one.name_size}, name));
    };
    auto const first = std::ranges::find_if(entries_, is_of);
    auto const last = std::find_if_not(first, entries_.end(), is_of);
    return {place(first - entries_.begin()), place(last - entries_.begin())};
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
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (more > most - live)
        throw std::length_error("the header fields are larger than 4 GiB");
    std::string all;
    all.reserve(std::max({live + more, std::min(2 * live, most), least_octets}));
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
    entries_.insert(entries_.begin() + after, one);
}

void fields::set(http::field id, std::string_view name, std::string_view value)
{
    auto const lines = lines_of(id, name);
    if (lines.first == lines.second)
        return insert(id, name, value);
    auto const first = index_of(lines.first);
    auto const one = made(id, name, value);
    auto const at = entries_.begin() + first;
    *at = one;
    entries_.erase(at + 1, at + static_cast<std::ptrdiff_t>(size_of(lines)));
}

void fields::insert(http::field name, std::string_view value) { insert(name, name_of(name), value); }
void fields::insert(std::string_view name, std::string_view value) { insert(id_of(name), name, value); }
void fields::set(http::field name, std::string_view value) { set(name, name_of(name), value); }
void fields::set(std::string_view name, std::string_view value) { set(id_of(name), name, value); }

std::size_t fields::erase(range const& lines) noexcept
{
    auto const gone = size_of(lines);
    auto const first = entries_.begin() + index_of(lines.first);
    entries_.erase(first, first + static_cast<std::ptrdiff_t>(gone));
    return gone;
}

fields::const_iterator fields::erase(const_iterator where) noexcept
{
    auto const index = index_of(where);
    entries_.erase(entries_.begin() + index);
    return place(index);
}

void fields::reserve(std::size_t lines, std::size_t octets)
{
    entries_.reserve(lines);
    octets_.reserve(octets);
}

} // namespace framex
