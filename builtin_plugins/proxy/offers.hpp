/// The operations of all upstreams together: one that several of them offer is one operation here.
#pragma once

#include "import.hpp"
#include "operation.hpp"
#include "settings.hpp"

#include <framex/fwd.hpp>

#include <boost/json/object.hpp>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace framex::proxy {

/// An operation, and the upstreams that offer it.
struct offer {
    using upstreams = std::vector<upstream_settings const*>;

    operation const* described; ///< by the first of them
    upstreams by;

    offer(operation const& what, upstream_settings const& whose) : described(&what), by{&whose} {}
};

class offers {
public:
    /// What the upstream's document describes and its rules take.
    void add(upstream_import const& from);
    /// The paths of its WebSockets. To be called after all add(): a GET that a document describes goes first.
    void add_websockets(upstream_settings const& which);

    /// In the order of the upstreams, then of their documents; they live as long as this.
    std::vector<offer> const& found() const noexcept { return found_; }
    /// What the operations refer to.
    json::object const& schemas() const noexcept { return schemas_; }

private:
    std::deque<imported_document> documents_; ///< copies: their schemas may get other names
    std::deque<operation> websockets_;
    std::vector<offer> found_;
    std::map<std::pair<std::string, std::string>, std::size_t> places_; ///< in found_, by method and path
    json::object schemas_;
};

} // namespace framex::proxy
