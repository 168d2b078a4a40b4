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

/// The entry `index` of a table at `offset` whose entries have `stride` octets.
template <class T>
std::optional<T> entry_of(
    std::string_view file, std::uint64_t offset, std::uint64_t stride, std::uint64_t index) noexcept
{
    std::uint64_t at = 0;
    if (stride < sizeof(T) || __builtin_mul_overflow(stride, index, &at)
        || __builtin_add_overflow(at, offset, &at))
        return std::nullopt;
    auto const octets = part_of(file, at, sizeof(T));
    if (!octets)
        return std::nullopt;
    T made;
    std::memcpy(&made, octets->data(), sizeof made);
    return made;
}

std::optional<elf_fault> fault_of(Elf64_Ehdr const& head) noexcept
{
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != this_order
        || head.e_machine != this_machine)
        return elf_fault::other_machine;
    if (head.e_type != ET_DYN)
        return elf_fault::not_shared;
    return std::nullopt;
}

bool segments_are_inside(std::string_view file, Elf64_Ehdr const& head) noexcept
{
    bool any = false;
    for (unsigned i = 0; i < head.e_phnum; ++i) {
        auto const segment = entry_of<Elf64_Phdr>(file, head.e_phoff, head.e_phentsize, i);
        if (!segment)
            return false;
        if (segment->p_type != PT_LOAD && segment->p_type != PT_DYNAMIC)
            continue;
        if (!part_of(file, segment->p_offset, segment->p_filesz))
            return false;
        any = any || segment->p_type == PT_LOAD;
    }
    return any;
}

} // namespace

std::variant<std::string_view, elf_fault> find_section(std::string_view file, std::string_view name) noexcept
{
    if (!file.starts_with(std::string_view(ELFMAG, SELFMAG)))
        return elf_fault::not_elf;
    auto const head = entry_of<Elf64_Ehdr>(file, 0, sizeof(Elf64_Ehdr), 0);
    if (!head)
        return elf_fault::truncated;
    if (auto const fault = fault_of(*head))
        return *fault;
    auto const names = entry_of<Elf64_Shdr>(file, head->e_shoff, head->e_shentsize, head->e_shstrndx);
    if (!names || !segments_are_inside(file, *head))
        return elf_fault::truncated;
    auto const texts = part_of(file, names->sh_offset, names->sh_size);
    if (!texts)
        return elf_fault::truncated;
    for (unsigned i = 0; i < head->e_shnum; ++i) {
        auto const section = entry_of<Elf64_Shdr>(file, head->e_shoff, head->e_shentsize, i);
        if (!section)
            return elf_fault::truncated;
        auto const text =
            section->sh_name < texts->size() ? texts->substr(section->sh_name) : std::string_view();
        if (text.substr(0, text.find('\0')) != name || section->sh_type == SHT_NOBITS)
            continue;
        auto const content = part_of(file, section->sh_offset, section->sh_size);
        if (!content)
            return elf_fault::truncated;
        return *content;
    }
    return std::string_view();
}

} // namespace framex
