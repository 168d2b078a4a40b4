// normalise_path: twice is once, and the result is safe to compare; the query readers agree with each other.
#include <framex/http/path.hpp>
#include <framex/http/path_pattern.hpp>
#include <framex/http/syntax.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace framex;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check_path(std::string_view raw)
{
    std::string scratch, again;
    auto const once = normalise_path(raw, scratch);
    if (!once)
        return;
    auto const twice = normalise_path(*once, again);
    require(twice && *twice == *once);
    require(*once == "*" || once->starts_with('/'));
    require(is_utf8(*once) && is_utf8(decode_path_parameter(*once)));
    auto const whole = std::string(*once) + "/";
    require(whole.find("/./") == whole.npos && whole.find("/../") == whole.npos);
    for (char c : *once)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    std::vector<std::string_view> values;
    static path_pattern const patterns[] = {
        path_pattern("/{a}/{b:path}"), path_pattern("/a/*"), path_pattern("/a/{b}")};
    for (auto const& pattern : patterns)
        if (pattern.match(*once, values))
            require(values.size() == pattern.names().size());
}

void check_query(std::string_view query)
{
    auto const list = query_parameters(query);
    std::string value;
    for (auto entry = list.rbegin(); entry != list.rend(); ++entry) {
        require(is_utf8(entry->first) && is_utf8(entry->second));
        if (entry->first.empty())
            continue;
        require(find_query(query, entry->first, value));
        std::string const* last = nullptr;
        for (auto const& other : list)
            if (other.first == entry->first)
                last = &other.second;
        require(value == *last);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const text(reinterpret_cast<char const*>(data), size);
    check_path(text);
    check_path("/" + text);
    if (size < 512)
        check_query(text);
    return 0;
}
