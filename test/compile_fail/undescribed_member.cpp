// expect: framex: a member of a model is a bool, number, std::string, described enum or struct
#include <framex/model/json.hpp>

struct point {
    int x = 0;
};
#ifdef FRAMEX_RIGHT
BOOST_DESCRIBE_STRUCT(point, (), (x))
#endif

struct order {
    point value;
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

bool read(order& target, std::vector<framex::issue>& issues)
{
    return framex::read_json("{}", target, issues, framex::location{});
}
