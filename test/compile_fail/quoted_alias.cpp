// expect: framex: an alias is text without quotes, backslashes and control characters
#include <framex/model/json.hpp>

struct order {
    int value = 0;

    static constexpr auto rules()
    {
#ifdef FRAMEX_RIGHT
        return framex::rules(framex::field(&order::value, framex::alias{"the value"}));
#else
        return framex::rules(framex::field(&order::value, framex::alias{"the \"value\""}));
#endif
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (value))

std::string text(order const& o) { return framex::to_json(o); }
