/// Plugin files for tests: built ones, and ones made of them octet by octet.
#pragma once

#include <framex/plugin/abi.hpp>
#include <framex/plugin/loader.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

namespace framex::test {

inline std::filesystem::path const libraries = FRAMEX_TEST_LIBRARIES;

inline std::string content_of(std::filesystem::path const& file)
{
    std::ifstream input(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
}

/// A folder that goes with the test.
struct folder {
    std::filesystem::path path;

    folder()
    {
        auto text = (std::filesystem::temp_directory_path() / "framex-loader-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(text.data()));
        path = text;
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { std::filesystem::remove_all(path); }

    std::filesystem::path write(std::string const& name, std::string const& octets) const
    {
        std::ofstream(path / name, std::ios::binary) << octets;
        return path / name;
    }
};

struct refusal {
    plugin_fault fault;
    std::string message;
    std::string help;
};

template <class F>
refusal refusal_of(F step)
{
    try {
        step();
    } catch (plugin_error const& error) {
        return {error.fault(), error.what(), error.help()};
    }
    BOOST_FAIL("nothing was refused");
    return {};
}

inline bool holds(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

/// The plugin `greeter`.
inline std::string greeter() { return content_of(libraries / "greeter.so"); }

/// The octets at `at` as a T that `change` is given, written back.
template <class T>
void change_at(std::string& octets, std::size_t at, std::function<void(T&)> const& change)
{
    T value;
    BOOST_REQUIRE(at + sizeof value <= octets.size());
    std::memcpy(&value, octets.data() + at, sizeof value);
    change(value);
    std::memcpy(octets.data() + at, &value, sizeof value);
}

/// `greeter` with another head.
inline std::string with_head(std::function<void(Elf64_Ehdr&)> const& change)
{
    auto octets = greeter();
    change_at<Elf64_Ehdr>(octets, 0, change);
    return octets;
}

inline Elf64_Ehdr head_of(std::string const& octets)
{
    Elf64_Ehdr head;
    std::memcpy(&head, octets.data(), sizeof head);
    return head;
}

/// `greeter` with each of its segments that are loaded changed.
inline std::string with_segments(std::function<void(Elf64_Phdr&)> const& change)
{
    auto octets = greeter();
    auto const head = head_of(octets);
    for (std::size_t i = 0; i < head.e_phnum; ++i)
        change_at<Elf64_Phdr>(octets, head.e_phoff + i * sizeof(Elf64_Phdr), [&](Elf64_Phdr& segment) {
            if (segment.p_type == PT_LOAD)
                change(segment);
        });
    return octets;
}

/// `greeter` with the section `name` changed.
inline std::string with_section(std::string_view name, std::function<void(Elf64_Shdr&)> const& change)
{
    auto octets = greeter();
    auto const head = head_of(octets);
    Elf64_Shdr names;
    std::memcpy(&names, octets.data() + head.e_shoff + head.e_shstrndx * sizeof names, sizeof names);
    bool found = false;
    for (std::size_t i = 0; i < head.e_shnum; ++i)
        change_at<Elf64_Shdr>(octets, head.e_shoff + i * sizeof(Elf64_Shdr), [&](Elf64_Shdr& section) {
            if (octets.c_str() + names.sh_offset + section.sh_name == name) {
                found = true;
                change(section);
            }
        });
    BOOST_REQUIRE(found);
    return octets;
}

/// `greeter` with another record.
inline std::string with_record(std::function<void(abi_record&)> const& change)
{
    auto octets = greeter();
    auto const at = octets.find(std::string_view("FRAMEX\0\0", 8));
    BOOST_REQUIRE(at != octets.npos);
    change_at<abi_record>(octets, at, change);
    return octets;
}

} // namespace framex::test
