#include <framex/plugin/middleware.hpp>

namespace framex::detail {

passage::~passage() = default;
middleware_list::~middleware_list() = default;

} // namespace framex::detail
