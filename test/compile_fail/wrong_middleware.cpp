// expect: framex: a middleware is called as (framex::request, framex::next_handler), both by value, and gives
#include <framex/framex.hpp>

#ifdef FRAMEX_RIGHT
framex::awaitable<framex::streamed_response> pass(framex::request asked, framex::next_handler next)
#else
framex::awaitable<framex::streamed_response> pass(framex::request const& asked, framex::next_handler next)
#endif
{
    auto answer = co_await next(asked);
    co_return answer;
}

struct sample {
    static inline framex::plugin_metadata const metadata{.name = "sample", .version = "1.0.0"};
    static void define(framex::api<sample>& api)
    {
        api.get("/x", [] { return 1; }).use(&pass);
        api.use(&pass);
    }
};
