/// components/schemas of the document: the models of the routes and the shapes that framex puts around them.
#pragma once

#include <framex/fwd.hpp>
#include <framex/model/schema.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace framex::openapi {

json::object reference_to(std::string_view component);

/// The component that a `$ref` names, a view of the schema; empty when the schema is none.
std::string_view referred(json::object const& schema);
std::string_view referred(json::value const& schema);
std::string_view referred(json::value&& schema) = delete;

/// Collects components under unique names. Every model of the routes must be in registry() before the first
/// name is chosen here, so that the models get the plain names.
class component_set {
public:
    schema_registry& registry() noexcept { return registry_; }

    /// Adds a schema under `name` (or name_2, ...) and returns the reference to it.
    json::object add(std::string name, json::value schema);

    /// The component of that name; null: there is none yet.
    json::value const* find(std::string_view name) const;
    /// The name, or name_2, ... if there is such a component.
    std::string unused(std::string_view name) const;

    /// The schema of a parameter: references are replaced by what they name.
    json::value in_place(json::value schema) const;

    /// The common envelope around `data`; one component for each kind of data.
    json::object envelope_of(json::value const& data);
    /// The answer to an error: with a timestamp where the envelope is used, else with is_middleware_error.
    json::object error(bool enveloped);
    /// The answer to a request that is no valid one, 422.
    json::object invalid(bool enveloped);
    /// One event of text/event-stream.
    json::object event();

    /// The component is the body of a request: it is kept in the form that importers can read.
    void mark_as_request(std::string_view component) { requests_.emplace_back(component); }

    /// All components, by name.
    json::object finished() const;

private:
    json::object once(std::string_view key, std::string name, json::value schema);

    schema_registry registry_;
    json::object own_;
    std::unordered_map<std::string, json::object> known_; // what was asked for -> its reference
    std::vector<std::string> requests_;
};

/// Rewrites what the named components consist of, without a change of meaning but one: no property is
/// untyped, enums stand in place, and where a model contains itself the inner one is any object.
void make_importable(json::object& components, std::vector<std::string> const& names);

} // namespace framex::openapi
