#include "one_line.hpp"

#include <fmt/format.h>

namespace framex::cli {

std::string on_one_line(std::string_view text)
{
    std::string line;
    unsigned char before = 0;
    for (char const c : text) {
        auto const octet = static_cast<unsigned char>(c);
        if (c == '\n')
            line += "\\n";
        else if (octet < 0x20 || octet == 0x7f)
            line += fmt::format("\\x{:02x}", octet);
        else if (before == 0xc2 && octet >= 0x80 && octet < 0xa0) {
            line.pop_back();
            line += fmt::format("\\u{:04x}", octet);
        } else
            line += c;
        before = octet;
    }
    return line;
}

} // namespace framex::cli
