/// `$ref` inside of one document: what it leads to, and where in a document one can stand. RFC 6901.
#pragma once

#include <framex/fwd.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace framex::proxy {

/// Why a part of a document cannot be used. It costs the operation that needs the part, nothing else.
class oddity : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The text of a `$ref`; nullopt: there is none.
std::optional<std::string_view> reference_of(json::object const& object);

/// NAME of "#/components/schemas/NAME"; nullopt for any other reference.
std::optional<std::string> schema_name(std::string_view reference);

/// "#/components/schemas/NAME".
std::string reference_to_schema(std::string_view name);

/// How the members of an object are to be read.
enum class members_are {
    keywords, ///< by their names: `$ref` is a reference
    entries, ///< of a map: a property may be called `$ref` or `default`
    data, ///< a value of the API, in which nothing is a reference
};

/// How the value of a keyword is to be read.
members_are inside_of(std::string_view keyword, json::value const& value);

/// Follows the references of one document.
class references {
public:
    /// `root` must outlive this.
    explicit references(json::object const& root) : root_(root) {}

    /// What the reference leads to. Throws oddity when that is nothing, or in another document.
    json::value const& target(std::string_view reference) const;

    /// The value, or what its chain of references ends at. Throws oddity, also for a circle.
    json::value const& follow(json::value const& value) const;

private:
    json::object const& root_;
};

} // namespace framex::proxy
