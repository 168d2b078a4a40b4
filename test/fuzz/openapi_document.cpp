// read_document: whatever stands in a document, what is made of it holds together, and its operations can be
// called.
#include "proxy/call_request.hpp"
#include "proxy/document.hpp"
#include "proxy/schemas.hpp"

#include <framex/http/path_pattern.hpp>
#include <framex/http/syntax.hpp>
#include <framex/plugin/call.hpp>

#include <boost/json/array.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace framex;
using namespace framex::proxy;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Every reference of a part leads to one of the schemas.
void check_references(json::value const& part, members_are members, json::object const& schemas)
{
    if (members == members_are::data)
        return;
    if (auto const* array = part.if_array())
        for (auto const& each : *array)
            check_references(each, members, schemas);
    auto const* object = part.if_object();
    if (!object)
        return;
    for (auto const& each : *object) {
        if (members == members_are::keywords && each.key() == "$ref" && each.value().is_string()) {
            auto const name = schema_name(each.value().get_string());
            require(name && schemas.contains(*name));
        } else if (members == members_are::entries)
            check_references(each.value(), members_are::keywords, schemas);
        else if (each.key() != "discriminator")
            check_references(each.value(), inside_of(each.key(), each.value()), schemas);
    }
}

void check_call(operation const& target)
{
    json::object arguments;
    for (auto const& each : target.parameters)
        arguments[each.name] = json::array{"a b", "/..", 5};
    for (auto const& each : target.body.parts)
        arguments.emplace(each.name, "text");
    try {
        auto const made = request_of(target, arguments);
        require(made.target.starts_with('/'));
        for (char const c : made.target)
            require(is_octet(c, path_octet | query_octet));
        for (auto const& [name, value] : made.headers)
            require(valid_field_name(name) && valid_field_value(value));
        require(made.cookie.empty() || valid_field_value(made.cookie));
    } catch (call_error const& refused) {
        require(!refused.issues().empty());
    }
}

void check(imported_document& made)
{
    for (auto const& each : made.schemas)
        check_references(each.value(), members_are::keywords, made.schemas);
    for (auto const& each : made.operations) {
        require(path_pattern(each.route).text() == each.route);
        check_references(each.shown, members_are::keywords, made.schemas);
        check_call(each);
    }
    for (auto const& each : made.skipped)
        require(!each.reason.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    import_limits limits;
    limits.operations = 50;
    try {
        auto made = read_document({reinterpret_cast<char const*>(data), size}, limits);
        check(made);
        json::object all;
        for (auto const& each : made.schemas)
            all[each.key()] = json::object{{"another", each.key()}};
        auto const count = made.schemas.size();
        add_schemas(all, made, "x");
        require(made.schemas.size() == count && all.size() <= 2 * count);
        check(made);
    } catch (document_error const& refused) {
        require(*refused.what() != '\0');
    }
    return 0;
}
