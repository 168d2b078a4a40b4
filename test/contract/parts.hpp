/// What an upload handler answers when a part of the form did not come.
#pragma once

#include <framex/model/issue.hpp>

#include <string>
#include <vector>

namespace contract {

/// Collects the names of parts that are missing, then refuses the form as FastAPI words it.
class required_parts {
public:
    void demand(std::string name, bool is_there)
    {
        if (!is_there)
            issues_.emplace_back(
                "missing", framex::location{std::string("body"), std::move(name)}, "Field required");
    }
    /// Throws validation_error when something is missing.
    void check() const
    {
        if (!issues_.empty())
            throw framex::validation_error(issues_);
    }

private:
    std::vector<framex::issue> issues_;
};

} // namespace contract
