#include "../../builtin_plugins/builtin_plugins.hpp"
#include <framex/server/app.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
int main(int argc, char** argv)
{
    boost::asio::io_context io(1);
    framex::app app(io.get_executor());
    for (auto& p : framex::builtin_plugins()) app.load(p);
    boost::asio::signal_set sig(io, SIGTERM, SIGINT);
    sig.async_wait([&](auto, int) { app.stop(std::chrono::seconds(1)); });
    boost::asio::co_spawn(io, app.serve({boost::asio::ip::address_v4::loopback(), (unsigned short)(argc > 1 ? atoi(argv[1]) : 18500)}), [](std::exception_ptr e) { if (e) std::rethrow_exception(e); });
    io.run();
}
