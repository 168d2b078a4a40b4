#include "announce.hpp"

#include <framex/version.hpp>

#include <boost/asio/ip/address.hpp>

#include <map>
#include <ostream>
#include <string>

namespace framex::cli {

namespace {

std::string url_of(asio::ip::tcp::endpoint at)
{
    auto address = at.address();
    if (address.is_unspecified())
        address = address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                  : asio::ip::address(asio::ip::address_v4::loopback());
    auto const host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    return "http://" + host + ":" + std::to_string(at.port());
}

std::string plugins_of(app const& service, std::span<std::string const> plugins)
{
    std::map<std::string, int> apis;
    for (auto const& each : plugins)
        apis[each] = 0; // the proxy may have nothing yet
    for (auto const& entry : service.routes())
        if (entry.plugin != "framex")
            ++apis[entry.plugin];
    std::string text;
    for (auto const& [plugin, count] : apis)
        text += (text.empty() ? "" : ", ") + plugin + " (" + std::to_string(count)
            + (count == 1 ? " API)" : " APIs)");
    return text.empty() ? "none: load one with --load-builtin-plugins echo" : text;
}

} // namespace

void announce(cli_environment const& environment, run_request const& request, app const& service,
    std::span<std::string const> plugins, asio::ip::tcp::endpoint at)
{
    auto const url = url_of(at);
    auto& err = environment.err;
    err << "framex " << version << " is listening on " << url << '\n';
    err << "  plugins   " << plugins_of(service, plugins) << '\n';
    err << "  document  " << url << "/api/v1/openapi.json\n";
    err << "  pages     " << url << "/docs  " << url << "/redoc\n";
    err << "  health    " << url << "/health\n";
    for (auto const& entry : service.routes())
        if (entry.path == "/api/v1/echo" && entry.plugin == "echo")
            err << "  try       curl '" << url << "/api/v1/echo?message=hi'\n";
    err << "Ctrl-C stops it." << std::endl;
    if (request.prints_port)
        environment.out << at.port() << std::endl;
}

} // namespace framex::cli
