// expect: framex: one text makes a bool, a number, a string, a described enum, or an optional of these
#include <framex/model/json.hpp>

#ifdef FRAMEX_RIGHT
using wanted = int;
#else
using wanted = std::vector<int>;
#endif

bool read(wanted& target, std::vector<framex::issue>& issues)
{
    return framex::read_text("1", target, issues, framex::location{});
}
