/// embed: framex inside an Asio program that has an io_context and work of its own.
#include "../hello/hello.hpp"
#include "../ticker/ticker.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <iostream>

namespace asio = boost::asio;

/// The program's own coroutine: it asks the service that runs beside it on the same thread, then ends it.
framex::awaitable<> the_rest_of_my_program(framex::app& app, asio::ip::tcp::endpoint service)
{
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(service, asio::use_awaitable);
    std::string text = "GET /api/v1/hello?name=Asio HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    text.clear();
    framex::error_code end;
    co_await asio::async_read(
        socket, asio::dynamic_buffer(text), asio::redirect_error(asio::use_awaitable, end));
    std::cout << text.substr(text.rfind("\r\n") + 2) << '\n';
    app.stop(1s);
}

int main()
{
    asio::io_context context;
    framex::app app(context.get_executor());
    app.load<hello>().load<ticker>();
    framex::serve_options options;
    options.on_listening = [&](asio::ip::tcp::endpoint where) {
        asio::co_spawn(context, the_rest_of_my_program(app, where), asio::detached);
    };
    auto served =
        asio::co_spawn(context, app.serve({asio::ip::address_v4::loopback(), 0}, options), asio::use_future);
    context.run();
    served.get(); // throws what ended serve()
}
