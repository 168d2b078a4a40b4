// expect: framex: only values can be written: bool, numbers, text, described enums and structs
#include <framex/model/json.hpp>

struct point {
    int x = 0;
};
#ifdef FRAMEX_RIGHT
BOOST_DESCRIBE_STRUCT(point, (), (x))
#endif

std::string text(point const& p)
{
    std::string out;
    framex::write_json(out, p);
    return out;
}
