// expect: framex: rules() names a member that BOOST_DESCRIBE_STRUCT does not
#include <framex/model/json.hpp>

struct order {
    int value = 0;
    int hidden = 0;

    static constexpr auto rules()
    {
#ifdef FRAMEX_RIGHT
        return framex::rules(framex::field(&order::value, framex::range{1, 2}));
#else
        return framex::rules(framex::field(&order::hidden, framex::range{1, 2}));
#endif
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

bool read(order& target, std::vector<framex::issue>& issues)
{
    return framex::read_json("{}", target, issues, framex::location{});
}
