/// Texts that people read, kept under test/golden and compared exactly.
/// FRAMEX_UPDATE_GOLDEN=1 writes them anew; the change is then reviewed as a difference.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace framex::test {

/// The folder test/golden: found from this file, or else upwards from the working directory.
inline std::filesystem::path golden_folder()
{
    std::filesystem::path const beside = std::filesystem::path(__FILE__).parent_path() / "../golden";
    if (beside.is_absolute() && std::filesystem::is_directory(beside))
        return beside.lexically_normal();
    std::filesystem::path at = std::filesystem::current_path();
    for (; at.has_relative_path(); at = at.parent_path()) {
        if (std::filesystem::is_directory(at / "test/golden"))
            return at / "test/golden";
    }
    throw std::runtime_error("test/golden is not above the working directory");
}

/// Checks that `text` is what the file says.
inline void check_golden(std::string const& name, std::string const& text)
{
    std::filesystem::path const file = golden_folder() / name;
    if (std::getenv("FRAMEX_UPDATE_GOLDEN") != nullptr)
        std::ofstream(file, std::ios::binary) << text;
    std::ifstream stream(file, std::ios::binary);
    std::string const expected{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    BOOST_TEST(text == expected, name << " differs; FRAMEX_UPDATE_GOLDEN=1 writes it anew");
}

} // namespace framex::test
