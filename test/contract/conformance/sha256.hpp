/// SHA-256 of octets that arrive in pieces. FIPS 180-4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace contract {

class sha256 {
public:
    void update(std::string_view octets);
    /// The digest as 64 hexadecimal digits; the object is of no more use then.
    std::string finish();

private:
    void take_block(unsigned char const* block) noexcept;

    std::array<std::uint32_t, 8> state_ = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> block_{};
    std::size_t filled_ = 0;
    std::uint64_t size_ = 0; // in octets
};

} // namespace contract
