#include <framex/error.hpp>

namespace framex {

http_error::http_error(int status, std::string const& message, header_list headers)
    : std::runtime_error(message), status_(status), headers_(std::move(headers))
{
}
http_error::~http_error() = default;

http_error http_error::with_json(int status, std::string const& json_text, header_list headers)
{
    http_error error(status, json_text, std::move(headers));
    error.is_json_ = true;
    return error;
}

public_error::public_error(std::string const& message) : std::runtime_error(message) {}
public_error::~public_error() = default;

} // namespace framex
