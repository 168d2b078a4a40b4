#define BOOST_TEST_MODULE framex
#include <boost/test/unit_test.hpp>
