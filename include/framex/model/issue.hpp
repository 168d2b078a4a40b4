/// What is wrong with an input: every fault with its place, in the shape of FastAPI's 422 `detail`.
#pragma once

#include <framex/fwd.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace framex {

/// The way to a value: "body", "items", 0, "sku".
using location = std::vector<std::variant<std::string, std::size_t>>;

/// One fault of an input.
struct issue {
    std::string
        type; ///< machine-readable kind, pydantic's word: "missing", "int_parsing", "string_too_short"
    location loc; ///< where, from the outermost place ("query", "path", "body") inwards
    std::string msg; ///< one sentence for people
    std::string input{}; ///< JSON text of the offending value; empty means null
    std::string ctx{}; ///< JSON text of an object with the rule's figures; empty means none

    issue(std::string type_, location loc_, std::string msg_, std::string input_ = {}, std::string ctx_ = {})
        : type(std::move(type_)), loc(std::move(loc_)), msg(std::move(msg_)), input(std::move(input_)),
          ctx(std::move(ctx_))
    {
    }
};

/// Appends `issues` to `out` as the JSON array that a 422 answer carries under `detail`.
void write_issues(std::string& out, std::vector<issue> const& issues);

/// Thrown where an input as a whole is refused; carries every issue, not only the first.
class validation_error : public std::runtime_error {
public:
    explicit validation_error(std::vector<issue> issues);
    ~validation_error() override;
    std::vector<issue> const& issues() const noexcept { return issues_; }

private:
    std::vector<issue> issues_;
};

} // namespace framex
