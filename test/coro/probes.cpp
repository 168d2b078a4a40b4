#include "coro/probes.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(coro_probes)

BOOST_AUTO_TEST_CASE(a_socket_asks_whether_the_other_side_is_there)
{
    namespace asio = boost::asio;
    asio::io_context context;
    asio::ip::tcp::socket socket(context, asio::ip::tcp::v4());
    asio::socket_base::keep_alive asks;
    socket.get_option(asks);
    BOOST_TEST(!asks.value());
    framex::probe_when_silent(socket.native_handle());
    socket.get_option(asks);
    BOOST_TEST(asks.value());
}

BOOST_AUTO_TEST_SUITE_END()
