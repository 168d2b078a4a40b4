/// What all TLS connections of a client share: whom it trusts, who it is, and sessions to go on with.
#pragma once

#include <framex/client/origin.hpp>
#include <framex/client/tls_options.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <openssl/ssl.h>
#include <string>

namespace framex {

/// Safe on any thread; outlives its connections.
class tls_context {
public:
    /// Throws std::invalid_argument for a file that does not do.
    explicit tls_context(tls_options const& options);
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;
    ~tls_context();

    /// A connection that has not begun, to be freed by the caller; `to` outlives it. It goes on with the last
    /// session of that origin, if there is one.
    SSL* connection(origin const& to);

private:
    struct free_session {
        void operator()(SSL_SESSION* session) const noexcept { ::SSL_SESSION_free(session); }
    };
    using session = std::unique_ptr<SSL_SESSION, free_session>;

    static int keep_session(SSL* connection, SSL_SESSION* given);
    void read_files(tls_options const& options);
    session take_session(std::string const& name);

    SSL_CTX* context_;
    std::mutex mutex_;
    std::map<std::string, session> sessions_; ///< the last one of each origin, by its name
};

} // namespace framex
