/// The record by which a plugin file says how it was built: read from the file before any of its code runs.
#pragma once

#include <framex/version.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

/// Counts the layouts of what crosses between a plugin file and its host: route, invocation, plugin_entry and
/// all they hold. Another number is another interface, whatever the version.
inline constexpr std::uint32_t abi_number = 6;

/// Stands in the ELF section ".framex_abi" of a plugin file, in the byte order of its machine. The first
/// three members never move.
struct abi_record {
    std::array<char, 8> magic; ///< "FRAMEX" and two NUL
    std::uint32_t size; ///< of this record in octets
    std::uint32_t number; ///< abi_number
    std::uint32_t boost; ///< BOOST_VERSION
    std::uint32_t cxx11_strings; ///< _GLIBCXX_USE_CXX11_ABI
    std::uint32_t string_size;
    std::uint32_t executor_size;
    std::uint32_t sanitizer; ///< 1: AddressSanitizer, 2: ThreadSanitizer
    std::array<char, 24> version; ///< of framex
    std::array<char, 48> compiler; ///< "clang 19.1.7", "GCC 12.2.0"
    std::array<char, 64> type; ///< the plugin's class, as it was exported

    friend bool operator==(abi_record const&, abi_record const&) = default;
};

namespace detail {

template <std::size_t N>
constexpr std::array<char, N> abi_text(std::string_view text)
{
    std::array<char, N> made{};
    for (std::size_t i = 0; i + 1 < N && i < text.size(); ++i)
        made[i] = text[i];
    return made;
}

} // namespace detail

#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::uint32_t this_sanitizer = 1;
#elif defined(__SANITIZE_THREAD__)
inline constexpr std::uint32_t this_sanitizer = 2;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr std::uint32_t this_sanitizer = 1;
#elif __has_feature(thread_sanitizer)
inline constexpr std::uint32_t this_sanitizer = 2;
#else
inline constexpr std::uint32_t this_sanitizer = 0;
#endif
#else
inline constexpr std::uint32_t this_sanitizer = 0;
#endif

#if defined(__clang__)
inline constexpr std::string_view this_compiler = "clang " __clang_version__;
#else
inline constexpr std::string_view this_compiler = "GCC " __VERSION__;
#endif

/// The record of whoever compiles this line.
constexpr abi_record abi_of(std::string_view type)
{
    return {.magic = detail::abi_text<8>("FRAMEX"),
        .size = sizeof(abi_record),
        .number = abi_number,
        .boost = BOOST_VERSION,
        .cxx11_strings = _GLIBCXX_USE_CXX11_ABI,
        .string_size = sizeof(std::string),
        .executor_size = sizeof(boost::asio::any_io_executor),
        .sanitizer = this_sanitizer,
        .version = detail::abi_text<24>(FRAMEX_VERSION),
        .compiler = detail::abi_text<48>(this_compiler),
        .type = detail::abi_text<64>(type)};
}

/// Everything in which a plugin of this record does not fit the host, each as "Boost 1.74, the host
/// has 1.81"; empty when it fits. Versions of framex and compilers may differ.
std::vector<std::string> misfits(abi_record const& plugin, abi_record const& host);

} // namespace framex
