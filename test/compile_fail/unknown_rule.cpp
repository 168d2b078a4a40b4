// expect: framex: a rule is range, at_least, at_most, length, pattern, one_of, defaulted, alias or describe
#include <framex/model/json.hpp>

struct order {
    std::string value;

    static constexpr auto rules()
    {
#ifdef FRAMEX_RIGHT
        return framex::rules(framex::field(&order::value, framex::length{1, 5}));
#else
        return framex::rules(framex::field(&order::value, 5));
#endif
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

bool read(order& target, std::vector<framex::issue>& issues)
{
    return framex::read_json("{}", target, issues, framex::location{});
}
