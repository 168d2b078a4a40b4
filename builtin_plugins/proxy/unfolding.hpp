/// Parts of a document by themselves: copies without references but those to component schemas.
#pragma once

#include "references.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

/// The names of component schemas that a part of a document refers to.
using schema_names = std::set<std::string, std::less<>>;

/// Copies parts of one document. OpenAPI 3.0 schemas become those of 3.1 on the way: `nullable` is an anyOf
/// with null, except in parameters, where a null is not sent; boolean exclusive bounds become numbers.
class unfolding {
public:
    /// What copies of referenced parts may take in all, in octets of values, names and texts.
    static constexpr std::size_t most = 64 << 20;

    /// `from` must outlive this. `depth`: levels of nesting of a copy; `is_3_0`: see above.
    unfolding(references const& from, std::size_t depth, bool is_3_0)
        : from_(from), depth_(depth), is_3_0_(is_3_0)
    {
    }

    /// The copy; the names of schemas that it refers to join `used`. Throws oddity for a reference that leads
    /// nowhere, out of the document or in a circle, for one too deep, and when the copies take too much.
    json::value copy(json::value const& part, schema_names& used);
    json::value copy_of_parameter(json::value const& part, schema_names& used);

private:
    json::value begin(json::value const& part, schema_names& used);
    json::value copied(json::value const& value, members_are members);
    json::value object(json::object const& value);
    json::value referred(json::object const& value, std::string_view reference);
    json::value mapping(json::value const& discriminator);
    void use(std::string const& name, std::string_view reference);
    void spend(std::size_t octets);
    json::value as_3_1(json::object schema) const;

    references const& from_;
    std::size_t depth_;
    bool is_3_0_;
    std::size_t spent_ = 0;

    schema_names* used_ = nullptr;
    bool is_parameter_ = false;
    std::size_t level_ = 0;
    std::vector<std::string_view> open_; ///< the references that the copy is inside of
};

} // namespace framex::proxy
