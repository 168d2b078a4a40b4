// expect: framex: remote(f) moves copies of the arguments into f: it takes them by value or by const
#include <framex/framex.hpp>

#ifdef FRAMEX_RIGHT
std::vector<int> sorted(std::vector<int> values) { return values; }
#else
std::vector<int> sorted(std::vector<int>& values) { return values; }
#endif

framex::awaitable<std::vector<int>> sort(std::vector<int> values)
{
    co_return co_await framex::remote(sorted)(std::move(values));
}
