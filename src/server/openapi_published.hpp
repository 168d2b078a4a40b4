/// What published operations refer to, as components of the document.
#pragma once

#include "server/openapi_components.hpp"

#include <map>
#include <string>

namespace framex::openapi {

class adopted_schemas {
public:
    /// Adds the schemas to `components`; one that is there already with the same content is not added again.
    adopted_schemas(component_set& components, json::object const& schemas);

    /// The operation with the names that its schemas have got.
    json::object adopted(json::object operation) const;

private:
    void rename_in(json::value& part) const;

    std::map<std::string, std::string, std::less<>> names_; ///< those that are called otherwise here
};

} // namespace framex::openapi
