#include <framex/plugin/plugin.hpp>

namespace framex::detail {

// clang: "std::string framex::detail::class_name() [P = shop::orders]"
// GCC:   "std::string framex::detail::class_name() [with P = shop::orders; std::string = …]"
std::string class_name_in(std::string_view pretty)
{
    constexpr std::string_view before = "P = ";
    auto const begin = pretty.find(before) + before.size();
    auto name = pretty.substr(begin, pretty.find_first_of(";]", begin) - begin);
    auto const colon = name.rfind(':');
    if (colon != name.npos)
        name.remove_prefix(colon + 1);
    return std::string(name);
}

} // namespace framex::detail
