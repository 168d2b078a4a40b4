#include "http/clock_text.hpp"
#include "model/store.hpp"

#include <framex/error.hpp>
#include <framex/http/path.hpp>
#include <framex/plugin/binder.hpp>

#include <algorithm>

namespace framex::detail {

namespace {

constexpr std::size_t spare_lines = 6, spare_octets = 256; // for what whoever passes the request on adds

std::string_view place_word(parameter_place place)
{
    switch (place) {
    case parameter_place::path:
        return "path";
    case parameter_place::body:
        return "body";
    case parameter_place::query:
        break;
    }
    return "query";
}

int rank(issue const& i)
{
    auto const* first = i.loc.empty() ? nullptr : std::get_if<std::string>(&i.loc.front());
    return !first ? 3 : *first == "path" ? 0 : *first == "query" ? 1 : 2;
}

} // namespace

request make_request(route const& entry, invocation& call)
{
    request made;
    auto const& head = *call.head;
    made.method = head.method;
    made.target = head.target;
    made.path = call.path;
    made.query = query_parameters(call.query);
    made.headers.reserve(head.field_count + spare_lines, head.size + spare_octets);
    for (std::size_t i = 0; i < head.field_count; ++i)
        made.headers.insert(head.fields[i].name, head.fields[i].value);
    constexpr std::string_view id = "X-Request-ID";
    if (!call.request_id.empty()
        && (head.field_count < std::size(head.fields) || made.headers.count(id) != 0))
        made.headers.set(id, call.request_id);
    made.body = call.body;
    made.opens_websocket = call.opens_websocket;
    if (call.from)
        made.peer = call.from->address();
    std::size_t at = 0;
    for (std::size_t open = entry.path.find('{'); open != std::string::npos;
        open = entry.path.find('{', open + 1)) {
        auto const name = entry.path.substr(open + 1, entry.path.find_first_of(":}", open) - open - 1);
        made.path_parameters.emplace_back(name, decode_path_parameter(call.path_values[at++]));
    }
    return made;
}

multipart_reader make_form(invocation& call)
{
    auto boundary = boundary_of(call.head->content_type);
    if (!boundary)
        throw http_error(415, "Content-Type must be multipart/form-data with a boundary");
    return multipart_reader(
        std::move(call.body_stream).value_or(body_reader()), std::move(*boundary), call.limits->form);
}

bool argument_text(parameter const& spec, invocation& call, std::string& text)
{
    if (call.arguments) {
        auto const found = std::ranges::find(*call.arguments, spec.name, &argument_texts::value_type::first);
        if (found == call.arguments->end())
            return false;
        text = found->second;
        return true;
    }
    if (spec.place == parameter_place::path) {
        text = decode_path_parameter(call.path_values[spec.path_index]);
        return true;
    }
    return find_query(call.query, spec.name, text);
}

bool body_is_json(parameter const& spec, invocation& call)
{
    if (is_json_media(call.head->content_type))
        return true;
    call.issues.emplace_back("model_attributes_type", place_of(spec, call),
        "Input should be a valid dictionary or object to extract fields from", shown(call.body));
    return false;
}

location place_of(parameter const& spec, invocation const& call)
{
    if (call.arguments)
        return {spec.name};
    if (spec.place == parameter_place::body)
        return {std::string("body")};
    return {std::string(place_word(spec.place)), spec.name};
}

void add_missing(parameter const& spec, invocation& call)
{
    call.issues.emplace_back("missing", place_of(spec, call), "Field required");
}

void open_envelope(std::string& out)
{
    out += R"({"status":200,"message":"success","timestamp":")";
    out += now_text().stamp;
    out += R"(","data":)";
}

void answer_null(route const& entry, invocation& call)
{
    call.out->clear();
    bool const enveloped = entry.enveloped && !call.arguments;
    if (enveloped)
        open_envelope(*call.out);
    *call.out += enveloped ? "null}" : "null";
}

void order_issues(std::vector<issue>& issues)
{
    std::vector<issue> ordered;
    ordered.reserve(issues.size());
    for (int wanted = 0; wanted <= 3; ++wanted)
        for (auto const& one : issues)
            if (rank(one) == wanted)
                ordered.push_back(one);
    issues = std::move(ordered);
}

} // namespace framex::detail
