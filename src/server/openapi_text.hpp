/// The names and sentences of the OpenAPI document.
#pragma once

#include <framex/plugin/metadata.hpp>
#include <framex/plugin/route.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace framex::openapi {

/// FastAPI's form: `route_handler`, path and method; every octet that is no letter, digit or `_` becomes `_`.
std::string operation_id_of(std::string_view method, std::string_view path);

/// "/files/{rest:path}" -> "/files/{rest}".
std::string template_of(std::string_view path);

/// The names between the braces of a template.
std::vector<std::string> names_in(std::string_view path);

/// What the route says of itself, else the last part of its function's name, else of its path.
std::string summary_of(route const& entry);

/// How plugins call the route and, of a stream, where to watch it.
std::string description_of(route const& entry);

/// "**what it is**", then author, version and repository in one line, as far as they are known.
std::string description_of(plugin_metadata const& metadata);

} // namespace framex::openapi
