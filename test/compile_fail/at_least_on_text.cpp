// expect: framex: range, at_least and at_most are rules for numbers
#include <framex/model/json.hpp>

struct order {
    std::string value;

    static constexpr auto rules()
    {
#ifdef FRAMEX_RIGHT
        return framex::rules(framex::field(&order::value, framex::length{1}));
#else
        return framex::rules(framex::field(&order::value, framex::at_least{1}));
#endif
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

bool read(order& target, std::vector<framex::issue>& issues)
{
    return framex::read_json("{}", target, issues, framex::location{});
}
