/// What the two plugins exchange: one type in two libraries.
#pragma once

#include <framex/framex.hpp>

struct number {
    number() = default;
    explicit number(int given) : value(given) {}
    int value = 0;
};
BOOST_DESCRIBE_STRUCT(number, (), (value))
