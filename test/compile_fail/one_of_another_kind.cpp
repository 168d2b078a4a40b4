// expect: framex: one_of lists values of the member's own kind: text or integers
#include <framex/model/json.hpp>

struct order {
    int value = 0;

    static constexpr auto rules()
    {
#ifdef FRAMEX_RIGHT
        return framex::rules(framex::field(&order::value, framex::one_of{1, 2}));
#else
        return framex::rules(framex::field(&order::value, framex::one_of{"a", "b"}));
#endif
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

bool read(order& target, std::vector<framex::issue>& issues)
{
    return framex::read_json("{}", target, issues, framex::location{});
}
