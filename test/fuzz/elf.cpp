// The reader of plugin files: no octets make it look beyond their end, and what it gives lies inside of them.
#include "plugin/elf.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <functional>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string octets(reinterpret_cast<char const*>(data), size); // of its own, so that ASan sees its end
    if (size > sizeof(Elf64_Ehdr) && data[size - 1] % 8 != 0) { // mostly a head that lets the reader go on
        Elf64_Ehdr head;
        std::memcpy(&head, octets.data(), sizeof head);
        std::memcpy(head.e_ident, ELFMAG, SELFMAG);
        head.e_ident[EI_CLASS] = ELFCLASS64;
        head.e_ident[EI_DATA] = ELFDATA2LSB;
        head.e_type = ET_DYN;
        head.e_machine = EM_X86_64;
        head.e_phentsize = sizeof(Elf64_Phdr);
        head.e_shentsize = sizeof(Elf64_Shdr);
        head.e_phnum %= 4;
        std::memcpy(octets.data(), &head, sizeof head);
    }
    auto const found = framex::find_section(octets, ".framex_abi");
    if (auto const* section = std::get_if<std::string_view>(&found); section && !section->empty()) {
        std::less_equal<> const before;
        if (!before(octets.data(), section->data())
            || !before(section->data() + section->size(), octets.data() + octets.size()))
            std::abort();
    }
    return 0;
}
