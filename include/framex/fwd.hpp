/// The names that every room uses: namespace aliases of the libraries that are part of the API.
#pragma once

#include <boost/system/error_code.hpp>

namespace boost {
namespace asio {
}
namespace json {
}
namespace beast {
namespace http {
}
} // namespace beast
} // namespace boost

namespace framex {
namespace asio = boost::asio;
namespace json = boost::json;
namespace http = boost::beast::http;
using boost::system::error_code;
} // namespace framex
