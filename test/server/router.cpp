#include "server/router.hpp"

#include <framex/plugin/api.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace framex;

namespace {

struct shelf {
    awaitable<int> take(int id) { co_return id; }
    awaitable<std::string> rest(std::string rest) { co_return rest; }
    awaitable<int> all() { co_return 0; }
};

template <class F>
std::vector<route> made_by(F define)
{
    api<shelf> table;
    define(table);
    return std::move(table).take("shop", "Shelf", nullptr);
}

std::string found(route_table const& table, std::string_view name)
{
    auto const* entry = table.find_api(name);
    return !entry ? "none" : entry->function.empty() ? entry->method + " " + entry->path : entry->function;
}

std::vector<std::string_view> values_of(route_table const& table, std::string_view path)
{
    std::vector<std::string_view> values;
    BOOST_TEST_REQUIRE(table.find(path, "GET", values).entry);
    return values;
}

/// Where a request of "METHOD /path" goes, with the values of the path.
std::string way_of(route_table const& table, std::string_view request)
{
    auto const space = request.find(' ');
    std::vector<std::string_view> values;
    auto const found = table.find(request.substr(space + 1), request.substr(0, space), values);
    if (!found.target)
        return found.entry ? "405" : "404";
    std::string way = found.target->method + " " + found.target->path;
    for (auto const value : values)
        way.append(" ").append(value);
    return way;
}

} // namespace

BOOST_AUTO_TEST_SUITE(routers)

BOOST_AUTO_TEST_CASE(an_api_is_found_by_its_template_whatever_the_parameters_are_called)
{
    route_table const table(made_by([](auto& api) {
        api.get("/items/{id}", &shelf::take, arg("id"));
        api.get("/files/{rest:path}", &shelf::rest, arg("rest"));
        api.get("/all", &shelf::all);
        api.function("count", &shelf::all);
    }));
    BOOST_TEST(found(table, "/api/v1/items/{id}") == "GET /api/v1/items/{id}");
    BOOST_TEST(found(table, "/api/v1/items/{other}") == "GET /api/v1/items/{id}");
    BOOST_TEST(found(table, "/api/v1/files/{rest:path}") == "GET /api/v1/files/{rest:path}");
    BOOST_TEST(found(table, "/api/v1/files/*") == "GET /api/v1/files/{rest:path}");
    BOOST_TEST(found(table, "/api/v1/all") == "GET /api/v1/all");
    BOOST_TEST(found(table, "shop.Shelf.count") == "shop.Shelf.count");
    for (auto const* unknown : {"/api/v1/items/5", "/api/v1/items", "/api/v1/files/{rest}",
             "/api/v1/items/{id", "/api/v1/{a}/{b}", "items/{id}", "", "/", "shop.Shelf.other"})
        BOOST_TEST(found(table, unknown) == "none", unknown);
}

BOOST_AUTO_TEST_CASE(a_path_means_its_first_method_and_a_method_before_it_that_one)
{
    route_table const table(made_by([](auto& api) {
        api.post("/items/{id}", &shelf::take, arg("id"));
        api.get("/items/{other}", &shelf::take, arg("other"));
        api.put("/all", &shelf::all);
        api.get("/all", &shelf::all);
    }));
    BOOST_TEST(found(table, "/api/v1/all") == "PUT /api/v1/all");
    BOOST_TEST(found(table, "GET /api/v1/all") == "GET /api/v1/all");
    BOOST_TEST(found(table, "/api/v1/items/{any}") == "POST /api/v1/items/{id}");
    BOOST_TEST(found(table, "/api/v1/items/{other}") == "GET /api/v1/items/{other}");
    BOOST_TEST(found(table, "GET /api/v1/items/{id}") == "GET /api/v1/items/{other}");
    BOOST_TEST(found(table, "DELETE /api/v1/all") == "none");
    BOOST_TEST(found(table, "GET api/v1/all") == "none");
}

BOOST_AUTO_TEST_CASE(a_path_without_the_method_leaves_it_to_the_next_one_that_fits)
{
    route_table const table(made_by([](auto& api) {
        api.get("/items/all", &shelf::all);
        api.del("/items/{id}", &shelf::take, arg("id"));
        api.get("/items/{id}", &shelf::take, arg("id"));
        api.put("/{rest:path}", &shelf::rest, arg("rest"));
    }));
    BOOST_TEST(way_of(table, "GET /api/v1/items/all") == "GET /api/v1/items/all");
    BOOST_TEST(way_of(table, "HEAD /api/v1/items/all") == "GET /api/v1/items/all");
    BOOST_TEST(way_of(table, "DELETE /api/v1/items/all") == "DELETE /api/v1/items/{id} all");
    BOOST_TEST(way_of(table, "PUT /api/v1/items/all") == "PUT /api/v1/{rest:path} items/all");
    BOOST_TEST(way_of(table, "PUT /api/v1/items/7") == "PUT /api/v1/{rest:path} items/7");
    BOOST_TEST(way_of(table, "POST /api/v1/items/all") == "405");
    BOOST_TEST(way_of(table, "POST /items/all") == "404");
    BOOST_TEST(table.allow("/api/v1/items/all") == "GET, HEAD, DELETE, PUT, OPTIONS");
    BOOST_TEST(table.allow("/api/v1/items/7") == "DELETE, GET, HEAD, PUT, OPTIONS");
    BOOST_TEST(table.allow("/items/all") == "OPTIONS");
}

BOOST_AUTO_TEST_CASE(two_routes_of_one_method_and_equal_patterns_and_two_functions_are_duplicates)
{
    route_table const table(made_by([](auto& api) {
        api.get("/items/{id}", &shelf::take, arg("id")).callable_as("take");
        api.get("/items/{other}", &shelf::take, arg("other"));
        api.post("/items/{id}", &shelf::take, arg("id"));
        api.function("take", &shelf::take, arg("id"));
        api.get("/all", &shelf::all);
        api.get("/all", &shelf::all);
    }));
    auto const& twice = table.duplicates();
    BOOST_TEST_REQUIRE(twice.size() == 3u);
    BOOST_TEST(twice[0].first->path == "/api/v1/items/{id}");
    BOOST_TEST(twice[0].second->path == "/api/v1/items/{other}");
    BOOST_TEST(!twice[0].is_function);
    BOOST_TEST(twice[1].is_function);
    BOOST_TEST(twice[1].second->function == "shop.Shelf.take");
    BOOST_TEST(twice[2].second->path == "/api/v1/all");
}

/// The shortest of three times that a table of so many templates takes to be made.
std::chrono::nanoseconds time_to_make(std::size_t templates)
{
    std::vector<route> all(templates);
    for (std::size_t i = 0; i < templates; ++i) {
        all[i].method = "GET";
        all[i].path = "/api/v1/shop-" + std::to_string(i) + "/items/{id}";
    }
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 3; ++i) {
        auto const began = std::chrono::steady_clock::now();
        route_table const table(all);
        best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - began);
        BOOST_TEST(
            values_of(table, "/api/v1/shop-" + std::to_string(templates - 1) + "/items/7").size() == 1u);
    }
    return best;
}

BOOST_AUTO_TEST_CASE(ten_times_as_many_templates_take_about_ten_times_as_long)
{
    BOOST_TEST(time_to_make(10'000).count() < 40 * time_to_make(1'000).count()); // 100 if each met all others
}

BOOST_AUTO_TEST_CASE(equal_patterns_share_their_values_whatever_their_names)
{
    route_table const table(made_by([](auto& api) {
        api.get("/files/*", &shelf::all);
        api.post("/files/{rest:path}", &shelf::rest, arg("rest"));
        api.get("/items/{id}", &shelf::take, arg("id"));
        api.put("/items/{other}", &shelf::take, arg("other"));
    }));
    BOOST_TEST(values_of(table, "/api/v1/files/a/b") == std::vector<std::string_view>{"a/b"});
    BOOST_TEST(values_of(table, "/api/v1/items/7") == std::vector<std::string_view>{"7"});
    BOOST_TEST(table.duplicates().empty());
}

BOOST_AUTO_TEST_SUITE_END()
