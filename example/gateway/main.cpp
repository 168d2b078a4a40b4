#include "../serve.hpp"
#include "gateway.hpp"
#include "legacy.hpp"

#include <boost/asio/detached.hpp>

#include <future>
#include <thread>

/// The server behind the gateway runs on a thread and a port of its own.
int main(int argc, char** argv)
{
    namespace asio = boost::asio;
    asio::io_context context(1);
    framex::app old(context.get_executor());
    old.load<legacy>();
    std::promise<unsigned short> port;
    framex::serve_options options;
    options.on_listening = [&](asio::ip::tcp::endpoint where) { port.set_value(where.port()); };
    asio::co_spawn(context, old.serve({asio::ip::address_v4::loopback(), 0}, options), asio::detached);
    std::jthread const behind([&] { context.run(); });

    framex::settings configuration;
    auto const url = "http://127.0.0.1:" + std::to_string(port.get_future().get());
    configuration.plugins["gateway"] = {{"legacy", url}};
    int const code = serve<gateway>(argc, argv, std::move(configuration));
    old.stop(std::chrono::milliseconds(0));
    return code;
}
