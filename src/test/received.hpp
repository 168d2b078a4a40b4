/// What a fake upstream was asked.
#pragma once

#include <framex/test/upstream.hpp>

#include <optional>

namespace framex::test {

/// The next request with its body, without trailers; nothing when the connection ends before it is whole.
std::optional<request> read_request(peer& client);

} // namespace framex::test
