#include <framex/plugin/cache.hpp>

namespace framex::detail {

bound_call::~bound_call() = default;

} // namespace framex::detail
