/// The names that every room uses: namespace aliases of the libraries that are part of the API.
///
/// libframex.so contains the only Asio of the process. Whoever is compiled without its definitions has other
/// layouts, and would crash in the first operation.
#pragma once

#if !defined(BOOST_ASIO_DYN_LINK) || !defined(BOOST_ASIO_SEPARATE_COMPILATION)                               \
    || !defined(BOOST_ASIO_NO_DEPRECATED) || !defined(BOOST_BEAST_SEPARATE_COMPILATION)                      \
    || BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE != 8
#error "definitions of framex are missing: link to framex::framex, or use `pkg-config --cflags framex`"
#endif

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
