/// Finds a section in the octets of an ELF file without trusting any of them. System V ABI, chapters 4 and 5.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

namespace framex {

/// Why octets are no shared library that this machine could load.
enum class elf_fault : unsigned char {
    not_elf, ///< other first octets
    other_machine, ///< another word size, byte order or processor
    not_shared, ///< a program, an object file, a core dump
    truncated, ///< something that it names lies beyond its end
};

/// The fault, and what of the file it is: "is cut off or damaged: a segment lies beyond its end".
struct elf_refusal {
    elf_fault fault;
    std::string_view what; ///< a constant
};

/// The content of the section `name` of a 64-bit shared library as a view of `file`; empty when there is no
/// such section or nothing in it. All segments that would be mapped are checked to lie inside of the file
/// first, since a page beyond its end kills whoever touches it.
std::variant<std::string_view, elf_refusal> find_section(
    std::string_view file, std::string_view name) noexcept;

} // namespace framex
