#include "plugin/elf.hpp"

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <optional>

namespace framex {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
#else
#error "framex: add the ELF machine number of this processor"
#endif
constexpr unsigned char this_order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

/// `size` octets from `offset` on; nullopt when they are not all there.
std::optional<std::string_view> part_of(
    std::string_view file, std::uint64_t offset, std::uint64_t size) noexcept
{
    if (offset > file.size() || size > file.size() - offset)
        return std::nullopt;
    return file.substr(offset, size);
}

/// The entry `index` of a table at `offset`.
template <class T>
std::optional<T> entry_of(std::string_view file, std::uint64_t offset, std::uint64_t index) noexcept
{
    std::uint64_t at = 0;
    if (__builtin_mul_overflow(sizeof(T), index, &at) || __builtin_add_overflow(at, offset, &at))
        return std::nullopt;
    auto const octets = part_of(file, at, sizeof(T));
    if (!octets)
        return std::nullopt;
    T made;
    std::memcpy(&made, octets->data(), sizeof made);
    return made;
}

constexpr elf_refusal cut_off(std::string_view what) noexcept { return {elf_fault::truncated, what}; }

elf_refusal no_library(std::string_view file) noexcept
{
    if (file.empty())
        return {elf_fault::not_elf, "is empty"};
    if (file.starts_with("!<arch>\n"))
        return {elf_fault::not_elf, "is an archive of object files, no shared library"};
    return {elf_fault::not_elf, "is no shared library"};
}

std::optional<elf_refusal> refusal_of(Elf64_Ehdr const& head) noexcept
{
    if (head.e_ident[EI_CLASS] != ELFCLASS64)
        return elf_refusal{elf_fault::other_machine, "is built for a machine of another word size"};
    if (head.e_ident[EI_DATA] != this_order)
        return elf_refusal{elf_fault::other_machine, "is built for a machine of another byte order"};
    if (head.e_machine != this_machine)
        return elf_refusal{elf_fault::other_machine, "is built for another processor"};
    switch (head.e_type) {
    case ET_DYN:
        return std::nullopt;
    case ET_REL:
        return elf_refusal{elf_fault::not_shared, "is an object file, no shared library"};
    case ET_EXEC:
        return elf_refusal{elf_fault::not_shared, "is a program, no shared library"};
    case ET_CORE:
        return elf_refusal{elf_fault::not_shared, "is a core dump, no shared library"};
    default:
        return elf_refusal{elf_fault::not_shared, "is an ELF file, but no shared library"};
    }
}

/// Whether a dynamic segment says that it belongs to a program at any address: what linkers make of programs
/// by default, and shared libraries in all else.
bool is_program(std::string_view dynamic) noexcept
{
    for (std::uint64_t i = 0;; ++i) {
        auto const one = entry_of<Elf64_Dyn>(dynamic, 0, i);
        if (!one || one->d_tag == DT_NULL)
            return false;
        if (one->d_tag == DT_FLAGS_1)
            return (one->d_un.d_val & DF_1_PIE) != 0;
    }
}

std::optional<elf_refusal> refusal_of_segments(std::string_view file, Elf64_Ehdr const& head) noexcept
{
    if (head.e_phentsize != sizeof(Elf64_Phdr))
        return cut_off("is damaged: its program headers are of another size");
    bool any = false;
    for (unsigned i = 0; i < head.e_phnum; ++i) {
        auto const segment = entry_of<Elf64_Phdr>(file, head.e_phoff, i);
        if (!segment)
            return cut_off("is cut off or damaged: its program headers lie beyond its end");
        if (segment->p_type != PT_LOAD && segment->p_type != PT_DYNAMIC)
            continue;
        auto const content = part_of(file, segment->p_offset, segment->p_filesz);
        if (!content)
            return cut_off("is cut off or damaged: a segment lies beyond its end");
        if (segment->p_type == PT_DYNAMIC && is_program(*content))
            return elf_refusal{elf_fault::not_shared, "is a program, no shared library"};
        any = any || segment->p_type == PT_LOAD;
    }
    if (!any)
        return cut_off("is damaged: nothing of it would be loaded");
    return std::nullopt;
}

} // namespace

std::variant<std::string_view, elf_refusal> find_section(
    std::string_view file, std::string_view name) noexcept
{
    constexpr auto no_headers = cut_off("is cut off or damaged: its section headers lie beyond its end");
    if (!file.starts_with(std::string_view(ELFMAG, SELFMAG)))
        return no_library(file);
    auto const head = entry_of<Elf64_Ehdr>(file, 0, 0);
    if (!head)
        return cut_off("is cut off in its ELF header");
    if (auto const refusal = refusal_of(*head))
        return *refusal;
    if (auto const refusal = refusal_of_segments(file, *head))
        return *refusal;
    if (head->e_shoff == 0)
        return std::string_view();
    if (head->e_shentsize != sizeof(Elf64_Shdr))
        return cut_off("is damaged: its section headers are of another size");
    auto const names = entry_of<Elf64_Shdr>(file, head->e_shoff, head->e_shstrndx);
    if (!names)
        return no_headers;
    auto const texts = part_of(file, names->sh_offset, names->sh_size);
    if (!texts)
        return cut_off("is cut off or damaged: the names of its sections lie beyond its end");
    for (unsigned i = 0; i < head->e_shnum; ++i) {
        auto const section = entry_of<Elf64_Shdr>(file, head->e_shoff, i);
        if (!section)
            return no_headers;
        auto const text =
            section->sh_name < texts->size() ? texts->substr(section->sh_name) : std::string_view();
        if (text.substr(0, text.find('\0')) != name || section->sh_type == SHT_NOBITS)
            continue;
        auto const content = part_of(file, section->sh_offset, section->sh_size);
        if (!content)
            return cut_off("is cut off or damaged: its record lies beyond its end");
        return *content;
    }
    return std::string_view();
}

} // namespace framex
