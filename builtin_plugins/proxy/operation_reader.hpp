/// One Operation Object of a document, read with the Path Item that it stands in.
#pragma once

#include "operation.hpp"
#include "schemas.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace framex::proxy {

/// Reads the operations of one document.
class operation_reader {
public:
    /// All must outlive this.
    operation_reader(references const& from, unfolding& copies, schema_set const& schemas)
        : from_(from), copies_(copies), schemas_(schemas)
    {
    }

    /// `method` in capitals; `shared`: the `parameters` of the path item, or null. The names of the schemas
    /// that `shown` refers to join `used`. Throws oddity when the operation cannot be used.
    operation read(std::string const& method, std::string const& path, json::value const& described,
        json::value const* shared, schema_names& used);

private:
    struct described_parameter {
        operation_parameter facts;
        json::value shown;
    };

    void add_parameters(json::value const& list);
    described_parameter parameter(json::value const& described);
    void read_style(operation_parameter& facts, json::object const& described) const;
    void add_undescribed(std::vector<std::string> const& names);
    void read_body(operation_body& body, json::value const& described) const;
    bool streams(json::object const& responses) const;
    json::object shown(std::string const& id, json::object const& described);

    references const& from_;
    unfolding& copies_;
    schema_set const& schemas_;

    schema_names used_; ///< by the operation that is read
    std::vector<described_parameter> parameters_;
};

/// FastAPI's form: `route_handler`, path and method; every octet that is no letter, digit or "_" becomes "_".
std::string operation_id_of(std::string_view method, std::string_view path);

} // namespace framex::proxy
