#include "plugin_template.hpp"

#include <framex/version.hpp>

#include <algorithm>
#include <array>

namespace framex::cli {

namespace {

// In all texts below NAME stands for the plugin's name.

constexpr std::string_view handler_header = R"(// The plugin NAME.
#pragma once

#include <framex/framex.hpp>

struct NAME {
    static inline framex::plugin_metadata const metadata{
        .name = "NAME", .version = "1.0.0", .description = "Greets by name"};

    framex::awaitable<std::string> greet(std::string name) { co_return "Hello, " + name + "!"; }

    static void define(framex::api<NAME>& api)
    {
        api.get("/NAME", &NAME::greet, framex::arg("name") = "world");
    }
};
)";

constexpr std::string_view handler_test = R"(#include "NAME.hpp"

#define BOOST_TEST_MODULE NAME
#include <framex/test/client.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_CASE(it_greets_by_name_and_by_default)
{
    framex::test::client<NAME> client;
    BOOST_TEST(client.get("/api/v1/NAME", {{"name", "Ada"}}).data() == "Hello, Ada!");
    BOOST_TEST(client.get("/api/v1/NAME").data() == "Hello, world!");
}
)";

constexpr std::string_view stream_header = R"(// The plugin NAME.
#pragma once

#include <framex/framex.hpp>

#include <chrono>

struct NAME {
    static inline framex::plugin_metadata const metadata{
        .name = "NAME", .version = "1.0.0", .description = "Counts, one event at a time"};

    framex::async_generator<framex::sse_event> count(int to)
    {
        for (int i = 1; i <= to; ++i) {
            co_await framex::sleep_for(std::chrono::milliseconds(100));
            co_yield {"count", std::to_string(i)};
        }
        co_yield {"finish"};
    }

    static void define(framex::api<NAME>& api) { api.get("/NAME", &NAME::count, framex::arg("to") = 3); }
};
)";

constexpr std::string_view stream_test = R"(#include "NAME.hpp"

#define BOOST_TEST_MODULE NAME
#include <framex/test/client.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_CASE(it_counts_and_finishes)
{
    framex::test::client<NAME> client;
    auto const events = client.get("/api/v1/NAME", {{"to", "2"}}).events();
    BOOST_TEST_REQUIRE(events.size() == 3u);
    BOOST_TEST(events[1].data == "2");
    BOOST_TEST(events[2].event == "finish");
}
)";

constexpr std::string_view plugin_source = R"(#include "NAME.hpp"

#include <framex/plugin/export.hpp>

FRAMEX_EXPORT_PLUGIN(NAME)
)";

constexpr std::string_view embed_source = R"(// A program of its own that serves the plugin NAME.
#include "NAME.hpp"

#include <framex/server/app.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv)
{
    namespace asio = boost::asio;
    asio::io_context context(1);
    framex::app app(context.get_executor());
    app.load<NAME>();

    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto, int) { app.stop(std::chrono::seconds(10)); });

    framex::serve_options options;
    options.on_listening = [](asio::ip::tcp::endpoint at) { std::cout << "http://" << at << std::endl; };
    auto const port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 8080);
    int code = 0;
    auto const ended = [&](std::exception_ptr error) {
        signals.cancel();
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (std::exception const& failure) {
            std::cerr << "NAME: " << failure.what() << std::endl;
            code = 1;
        }
    };
    asio::co_spawn(context, app.serve({asio::ip::address_v4::loopback(), port}, options), ended);
    context.run();
    return code;
}
)";

constexpr std::string_view project_begin = R"(cmake_minimum_required(VERSION 3.25)
project(NAME LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_package(framex VERSION CONFIG REQUIRED)
)";

constexpr std::string_view project_end = R"(
enable_testing()
find_package(Boost REQUIRED COMPONENTS unit_test_framework)
add_executable(NAME_test NAME_test.cpp)
target_compile_definitions(NAME_test PRIVATE BOOST_TEST_DYN_LINK)
target_link_libraries(NAME_test PRIVATE framex::framex Boost::unit_test_framework)
add_test(NAME_test NAME_test)
)";

constexpr std::string_view configuration =
    R"(# `framex run` reads this file in the folder where it is started; `framex config show` lists all settings.
load_plugins = ["build/NAME.so"]

[server]
port = 8080

[log]
access = true
)";

constexpr std::string_view plugin_target = R"(framex_add_plugin(NAME NAME.cpp)
# The first build takes longer, every later one a third of the time.
target_precompile_headers(NAME PRIVATE <framex/framex.hpp> <framex/plugin/export.hpp>)
)";

constexpr std::string_view readme_begin = R"(# NAME

    cmake -S . -B build && cmake --build build && ctest --test-dir build

A framex that is not installed in `/usr` is named to the first command: `-DCMAKE_PREFIX_PATH=FOLDER`.

)";

constexpr std::string_view readme_plugin = R"(    framex run --reload
    curl http://127.0.0.1:8080/api/v1/NAME

The API is in `NAME.hpp`, its test in `NAME_test.cpp`; http://127.0.0.1:8080/docs shows what it offers.
What you save is built and served at once; an error is shown, and what ran before goes on.
)";

constexpr std::string_view readme_embed = R"(    build/NAME
    curl http://127.0.0.1:8080/api/v1/NAME

The API is in `NAME.hpp`, its test in `NAME_test.cpp`, and the program that serves it in `main.cpp`.
)";

constexpr std::array<std::string_view, 3> names{"handler", "stream", "embed"};

/// The keywords of C++20, the namespaces that a plugin's source sees, and the targets that CMake makes
/// itself.
constexpr std::string_view reserved[] = {"alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand",
    "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class", "co_await",
    "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
    "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
    "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable",
    "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private",
    "protected", "public", "register", "reinterpret_cast", "requires", "return", "short", "signed", "sizeof",
    "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void",
    "volatile", "wchar_t", "while", "xor", "xor_eq", "boost", "framex", "std", "all", "clean", "help",
    "install", "package", "test"};

std::string filled(std::string text, std::string_view word, std::string_view with)
{
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + with.size()))
        text.replace(at, word.size(), with);
    return text;
}

} // namespace

std::span<std::string_view const> template_names() noexcept { return names; }

bool is_plugin_name(std::string_view name) noexcept
{
    auto const is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    auto const is_right = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_right);
}

bool is_reserved_word(std::string_view name) noexcept
{
    return std::ranges::find(reserved, name) != std::ranges::end(reserved);
}

std::vector<template_file> files_of_template(std::string_view kind, std::string_view name)
{
    bool const is_stream = kind == "stream";
    bool const is_program = kind == "embed";
    std::vector<template_file> files;
    auto const add = [&](std::string_view file, std::string text) {
        text = filled(std::move(text), "VERSION CONFIG", framex::version + std::string(" CONFIG"));
        files.push_back({filled(std::string(file), "NAME", name), filled(std::move(text), "NAME", name)});
    };
    auto const texts = [](auto... parts) { return (std::string() + ... + std::string(parts)); };
    add("NAME.hpp", texts(is_stream ? stream_header : handler_header));
    add("NAME_test.cpp", texts(is_stream ? stream_test : handler_test));
    if (is_program) {
        add("main.cpp", texts(embed_source));
        add("CMakeLists.txt",
            texts(project_begin,
                "add_executable(NAME main.cpp)\ntarget_link_libraries(NAME PRIVATE framex::framex)\n",
                project_end));
        add("README.md", texts(readme_begin, readme_embed));
    } else {
        add("NAME.cpp", texts(plugin_source));
        add("CMakeLists.txt", texts(project_begin, plugin_target, project_end));
        add("config.toml", texts(configuration));
        add("README.md", texts(readme_begin, readme_plugin));
    }
    add(".gitignore", "/build/\n");
    return files;
}

} // namespace framex::cli
