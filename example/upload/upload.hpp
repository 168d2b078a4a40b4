/// upload: a multipart body read chunk by chunk, in constant memory. POST /api/v1/upload
#pragma once

#include <framex/framex.hpp>

struct summary {
    int files = 0;
    std::size_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(summary, (), (files, bytes))

struct upload {
    static inline framex::plugin_metadata const metadata{.name = "upload", .version = "1.0.0"};

    framex::awaitable<summary> measure(framex::multipart_reader form)
    {
        summary total;
        while (auto part = co_await form.next()) {
            total.files += part->is_file();
            while (auto chunk = co_await part->next())
                total.bytes += chunk->size();
        }
        co_return total;
    }

    static void define(framex::api<upload>& api) { api.post("/upload", &upload::measure); }
};
