/// The component schemas of a document, and how those of several documents come together.
#pragma once

#include "unfolding.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

struct imported_document;

/// The schemas of one document: which are sound, and which of them are used.
class schema_set {
public:
    /// Copies every schema of components/schemas.
    schema_set(json::object const& root, unfolding& copies);

    /// Throws oddity when one of them, or one that it refers to, cannot be used.
    void check(schema_names const& names) const;

    /// The schemas of these names and all that they refer to; each must have passed check().
    json::object with_all_below(schema_names const& names) const;

private:
    struct entry {
        json::value schema;
        schema_names refers_to;
        std::string fault; ///< empty: it is sound
    };
    void spread_faults();

    std::map<std::string, entry, std::less<>> entries_;
};

/// New names by old ones.
using schema_renaming = std::map<std::string, std::string, std::less<>>;

/// Gives schemas other names, in `schemas` and wherever an operation or a schema refers to them. No schema
/// may have one of the new names yet.
void rename_schemas(imported_document& document, schema_renaming const& names);

/// Puts the document's schemas into `all`, which may hold those of others. A name that stands for another
/// content there becomes NAME_<suffix> in the document and in `all`; where the contents are equal, and all
/// that they refer to, it stays. `suffix` is made of letters, digits, ".", "_" and "-".
void add_schemas(json::object& all, imported_document& document, std::string_view suffix);

} // namespace framex::proxy
