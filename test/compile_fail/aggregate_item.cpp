// expect: framex: give the item type a constructor (GCC 12 destroys a yielded aggregate twice)
#include <framex/coro/async_generator.hpp>

struct pair {
    std::string first, second;
#ifdef FRAMEX_RIGHT
    pair(std::string a, std::string b) : first(std::move(a)), second(std::move(b)) {}
#endif
};

framex::async_generator<pair> stream() { co_yield pair{"a", "b"}; }
