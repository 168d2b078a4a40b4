// A libFuzzer target: octets into a model with a member of each kind; what was read must survive writing and
// reading. clang++-19 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Isrc -Itest
// test/fuzz/json.cpp
//     src/model/*.cpp -lboost_json -lre2 -o fuzz_json
#include "model/lab.hpp"

#include <framex/model/schema.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

struct ruled {
    std::string text = "a";
    std::optional<int> number;
    std::vector<lab::Colour> colours;
    std::unordered_map<std::string, std::int8_t> small;

    static constexpr auto rules()
    {
        using namespace framex;
        return framex::rules(field(&ruled::text, length{1, 8}, pattern{"^[^x]*$"}, defaulted),
            field(&ruled::number, range{-5, 500}, alias{"no"}),
            field(&ruled::colours, length{.max = 3}, defaulted), field(&ruled::small, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(ruled, (), (text, number, colours, small))

struct everything {
    std::optional<lab::Item> item;
    std::vector<lab::node> nodes;
    std::map<std::string, std::vector<double>> figures;
    std::optional<ruled> rest;
    framex::json::value any;

    static constexpr auto rules()
    {
        using namespace framex;
        return framex::rules(field(&everything::nodes, defaulted), field(&everything::figures, defaulted),
            field(&everything::any, defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(everything, (), (item, nodes, figures, rest, any))

void demand(bool good, char const* what)
{
    if (!good) {
        std::fprintf(stderr, "broken: %s\n", what);
        std::abort();
    }
}

template <class T>
void round(std::string_view text, framex::read_options options)
{
    T first{};
    std::vector<framex::issue> issues;
    bool const json = framex::read_json(text, first, issues, options);
    demand(json || issues.size() == 1, "one issue for a text that is no JSON");
    demand(issues.size() <= framex::max_issues, "a bounded number of issues");
    std::string report;
    framex::write_issues(report, issues);
    framex::json::value any;
    std::vector<framex::issue> none;
    demand(framex::read_json(report, any, none) && none.empty(), "a report that is JSON");
    if (!issues.empty())
        return;
    auto const written = framex::to_json(first);
    T second{};
    demand(framex::read_json(written, second, none) && none.empty(), "reading what was written");
    if constexpr (!std::same_as<T, ruled>) // an unordered_map has no order to keep
        demand(framex::to_json(second) == written || written.find("\"small\":{") != std::string::npos,
            "equal texts");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    // a buffer of exactly this size: a read beyond it is seen
    std::vector<char> const exact(data, data + size);
    std::string_view const text(exact.data(), exact.size());
    round<everything>(text, {});
    round<lab::node>(text, {.unknown = framex::unknown_keys::refuse});
    round<ruled>(text, {});
    int number = 0;
    double real = 0;
    framex::big_integer big;
    std::vector<framex::issue> issues;
    framex::read_text(text, number, issues, {"query", "n"});
    framex::read_text(text, real, issues, {"query", "r"});
    framex::read_text(text, big, issues, {"query", "b"});
    return 0;
}
