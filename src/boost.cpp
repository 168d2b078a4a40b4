// The compiled halves of Asio and Beast: libframex.so is the only place that contains them.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
