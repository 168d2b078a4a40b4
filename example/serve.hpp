/// The main function of the examples: serves plugins on 127.0.0.1 until SIGINT or SIGTERM.
#pragma once

#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

/// The port is the first argument, else 8080; 0 takes a free one. Returns the exit code.
template <class... Plugins>
int serve(int argc, char** argv, framex::settings configuration = {})
try {
    namespace asio = boost::asio;
    auto const port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 8080);
    asio::io_context context(1);
    framex::app app(context.get_executor(), std::move(configuration));
    (app.load<Plugins>(), ...);
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto, int) { app.stop(std::chrono::seconds(1)); });
    framex::serve_options options;
    options.on_listening = [](asio::ip::tcp::endpoint where) {
        std::cout << "http://" << where << std::endl;
    };
    asio::co_spawn(
        context, app.serve({asio::ip::address_v4::loopback(), port}, options), [&](std::exception_ptr error) {
            signals.cancel();
            if (error)
                std::rethrow_exception(error);
        });
    context.run();
    return 0;
} catch (boost::system::system_error const& error) {
    std::cerr << "error: cannot listen: " << error.code().message()
              << "\nhelp: name another port, or 0 for a free one: " << argv[0] << " 8081\n";
    return 1;
} catch (std::exception const& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
}
