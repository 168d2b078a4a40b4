#include <framex/plugin/abi.hpp>

namespace framex {

namespace {

std::string boost_text(std::uint32_t version)
{
    return std::to_string(version / 100'000) + "." + std::to_string(version / 100 % 1000);
}

std::string_view sanitizer_text(std::uint32_t sanitizer)
{
    switch (sanitizer) {
    case 0:
        return "no sanitizer";
    case 1:
        return "AddressSanitizer";
    case 2:
        return "ThreadSanitizer";
    default:
        return "an unknown sanitizer";
    }
}

} // namespace

std::vector<std::string> misfits(abi_record const& plugin, abi_record const& host)
{
    std::vector<std::string> found;
    auto const compare = [&](auto const& theirs, auto const& ours, std::string_view what, auto name) {
        if (theirs != ours)
            found.push_back(
                std::string(what).append(name(theirs)) + ", the host has " + std::string(name(ours)));
    };
    auto const number = [](std::uint32_t value) { return std::to_string(value); };
    compare(plugin.number, host.number, "plugin interface ", number);
    compare(plugin.boost, host.boost, "Boost ", boost_text);
    compare(plugin.cxx11_strings, host.cxx11_strings, "_GLIBCXX_USE_CXX11_ABI=", number);
    compare(plugin.string_size, host.string_size, "std::string of octets: ", number);
    compare(plugin.executor_size, host.executor_size, "any_io_executor of octets: ", number);
    compare(plugin.sanitizer, host.sanitizer, "built with ", sanitizer_text);
    return found;
}

} // namespace framex
