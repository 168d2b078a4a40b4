// What a typed call from one shared library into another costs: allocations, counted, and time, told.
// calls ADDER.so SUMMER.so; fails when a call allocates.
#include <framex/plugin/loader.hpp>
#include <framex/test/client.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <new>

namespace {
std::size_t allocations = 0; // one thread
}

void* operator new(std::size_t size)
{
    ++allocations;
    if (void* const made = std::malloc(size))
        return made;
    throw std::bad_alloc();
}
void operator delete(void* made) noexcept { std::free(made); }
void operator delete(void* made, std::size_t) noexcept { std::free(made); }

namespace {

struct cost {
    std::size_t allocations;
    std::chrono::nanoseconds time;
};

cost cost_of(framex::test::app_client& client, int calls)
{
    auto const before = allocations;
    auto const begin = std::chrono::steady_clock::now();
    auto const answer = client.get("/api/v1/sum", {{"calls", std::to_string(calls)}});
    auto const time = std::chrono::steady_clock::now() - begin;
    auto const made = allocations - before;
    if (answer.data() != calls) {
        std::cerr << "wrong answer: " << answer.body << '\n';
        std::exit(1);
    }
    return {made, time};
}

} // namespace

int main(int argc, char** argv)
{
    constexpr int few = 1'000, many = 1'001'000;
    framex::test::app_client client;
    for (int i = 1; i < argc; ++i)
        client.app().load(framex::load_plugin(argv[i]));
    cost_of(client, few); // warms up
    auto const base = cost_of(client, few);
    auto const full = cost_of(client, many);
    auto const made = full.allocations - base.allocations;
    std::cout << (full.time - base.time).count() / (many - few) << " ns and "
              << static_cast<double>(made) / (many - few) << " allocations a call\n";
    return made == 0 ? 0 : 1;
}
