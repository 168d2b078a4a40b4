/// What a call has to know of a schema: whether a value may be a list, an object, a file, and its properties.
#pragma once

#include "operation.hpp"
#include "references.hpp"

#include <string>
#include <vector>

namespace framex::proxy {

/// Of a schema with all that it refers to and its allOf, anyOf and oneOf.
struct schema_shape {
    bool is_list = false;
    bool is_object = false;
    bool is_file = false; ///< or a list of files
    bool is_open = false; ///< an object, or anything, with other properties than `parts`
    std::vector<body_part> parts; ///< in the order of the document
};

/// Throws oddity for what the references do not find. Schemas that contain themselves are followed once.
schema_shape shape_of(json::value const& schema, references const& from);

} // namespace framex::proxy
