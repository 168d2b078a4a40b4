// What counts as middleware; how requests pass it is told by server/middleware.cpp.
#include <framex/plugin/api.hpp>
#include <framex/plugin/middleware.hpp>

#include <boost/test/unit_test.hpp>

using namespace framex;

namespace {

struct shop {
    awaitable<streamed_response> check(request, next_handler);
    awaitable<streamed_response> look(request, next_handler) const;
    awaitable<response> other(request, next_handler);
};
struct stranger {
    awaitable<streamed_response> check(request, next_handler);
};
awaitable<streamed_response> plain(request asked, next_handler next) { return next(std::move(asked)); }
using borrowing = awaitable<streamed_response> (*)(request const&, next_handler);
struct changes {
    awaitable<streamed_response> operator()(request, next_handler);
};

static_assert(middleware<decltype(&plain)>);
static_assert(!middleware<borrowing>); // the request would be gone at the first suspension
static_assert(!middleware<changes>); // one object serves all threads
static_assert(!middleware<decltype(&shop::check)>);
static_assert(plugin_middleware<decltype(&shop::check), shop>);
static_assert(plugin_middleware<decltype(&shop::look), shop>);
static_assert(!plugin_middleware<decltype(&shop::other), shop>);
static_assert(!plugin_middleware<decltype(&stranger::check), shop>);

} // namespace

BOOST_AUTO_TEST_SUITE(middleware_lists)

BOOST_AUTO_TEST_CASE(those_of_the_plugin_come_before_those_of_the_route)
{
    struct counter {
        static void define(api<counter>& api)
        {
            api.get("/a", [] { return 1; }).use(&plain).use(&plain);
            api.get("/b", [] { return 1; });
            api.function("c", [] { return 1; });
            api.use(&plain);
        }
    };
    framex::api<counter> api;
    counter::define(api);
    auto const routes = std::move(api).take("counter", "counter", nullptr);
    BOOST_REQUIRE(routes.size() == 3U);
    BOOST_TEST(routes[0].middleware->all.size() == 3U);
    BOOST_TEST(routes[1].middleware->all.size() == 1U);
    BOOST_TEST(!routes[2].middleware);
}

BOOST_AUTO_TEST_SUITE_END()
