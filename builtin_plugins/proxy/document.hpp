/// The OpenAPI document of an upstream, read into operations that can be forwarded and called.
#pragma once

#include "operation.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

/// What a document may cost; one beyond it is refused as a whole.
struct import_limits {
    std::size_t octets = 16 << 20;
    std::size_t depth = 64; ///< levels of nesting, at most framex::max_depth
    std::size_t operations = 10000;
};

/// Why a text is no document that can be read: one sentence that goes on after "the document ".
class document_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An operation that is left out, and why. It costs no other one.
struct skipped_operation {
    std::string method; ///< "GET"; empty: every operation of the path
    std::string path;
    std::string reason; ///< `$ref "#/components/schemas/Item" leads nowhere`
};

struct imported_document {
    std::vector<operation> operations; ///< in the order of the document
    std::vector<skipped_operation> skipped;
    json::object schemas; ///< components/schemas, as far as the operations refer to them
};

/// Reads an OpenAPI 3.x document in JSON. Whatever is odd in one operation skips that one.
///
/// `operation::shown` and `schemas` are fit for a document of OpenAPI 3.1. Each operation has an operationId
/// that its path and method make, as FastAPI does, so that it is one of its own among several upstreams.
/// `servers` are not read: the URL of the upstream, with its prefix, is what operations are called at. A
/// parameter of the path template that is not described is text; header parameters that OpenAPI reserves
/// (Accept, Content-Type, Authorization) are left out.
///
/// Throws document_error for a text that is no such document or goes beyond the limits.
imported_document read_document(std::string_view json_text, import_limits const& limits = {});

} // namespace framex::proxy
