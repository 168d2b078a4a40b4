/// orders: a typed POST model with rules. POST /api/v1/orders {"sku": "A1", "quantity": 2}
#pragma once

#include <framex/framex.hpp>

using framex::arg;

struct order {
    std::string sku;
    int quantity = 1;
    std::optional<std::string> note;

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&order::sku, framex::length{1, 32}),
            framex::field(&order::quantity, framex::range{1, 1000}, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(order, (), (sku, quantity, note))

struct receipt {
    std::string id;
    int quantity;
};
BOOST_DESCRIBE_STRUCT(receipt, (), (id, quantity))

struct orders {
    static inline framex::plugin_metadata const metadata{.name = "orders", .version = "1.0.0"};

    framex::awaitable<receipt> place(order model)
    {
        if (model.sku == "none")
            throw framex::http_error(404, "unknown sku");
        co_return receipt{.id = "order-" + model.sku, .quantity = model.quantity};
    }

    static void define(framex::api<orders>& api)
    {
        api.post("/orders", &orders::place, arg("model")).tags({"shop"});
    }
};
