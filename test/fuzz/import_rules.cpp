// import_rules: `disable` always wins, what is decided does not depend on a path's spelling, and a rule that
// is its own path takes it. The input: rules of disable, enable and white_list and one path, a line each.
#include "proxy/import_rules.hpp"

#include <framex/http/path.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace framex::proxy;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view rest(reinterpret_cast<char const*>(data), size);
    std::array<std::string, 4> lines;
    for (auto& line : lines) {
        line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    auto const& [disabled, enabled, white, path] = lines;
    for (auto const& rule : lines)
        require(!import_rules::can_match(rule) || import_rules::normal_form(rule) == rule);
    import_rules const rules({disabled}, {enabled}, import_rules::list{white});
    auto const told = rules.decide(path);
    require(!told.because.empty());
    require(!told.taken || !rules.disables(path));

    std::string scratch;
    auto const normal = framex::normalise_path(path, scratch);
    require(normal || !told.taken);
    if (!normal || !normal->starts_with('/'))
        return 0;
    auto const again = rules.decide(*normal);
    require(again.taken == told.taken && again.because == told.because);
    std::string const exact(*normal);
    require(import_rules({}, {exact}, {}).decide(path).taken);
    require(!import_rules({exact}, {"*"}, {}).decide(path).taken);
    require(import_rules({}, {"*"}, {}).decide(path).taken);
    return 0;
}
