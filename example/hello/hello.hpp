/// hello: the smallest plugin. GET /api/v1/hello?name=Ada
#pragma once

#include <framex/framex.hpp>

using framex::arg;

struct hello {
    static inline framex::plugin_metadata const metadata{
        .name = "hello", .version = "1.0.0", .description = "Greets by name"};

    framex::awaitable<std::string> greet(std::string name) { co_return "Hello, " + name + "!"; }

    static void define(framex::api<hello>& api) { api.get("/hello", &hello::greet, arg("name") = "world"); }
};
