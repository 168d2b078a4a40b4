/// How a client speaks TLS to https upstreams.
#pragma once

#include <string>

namespace framex {

/// TLS 1.2 or later (RFC 8446), with the host of the URL as its name (RFC 6066 section 3) and http/1.1 as its
/// protocol (RFC 7301). The upstream's certificate must be valid now, made for that host (RFC 9525) and come
/// from an issuer that is trusted. All files are PEM; they are read once, by the constructor of http_client,
/// which throws std::invalid_argument with the name of the one that does not do.
struct tls_options {
    std::string ca_file{}; ///< the issuers that are trusted; empty: those that the system trusts
    std::string certificate_file{}; ///< what the client shows to an upstream that asks who it is, its chain
                                    ///< after it
    std::string key_file{}; ///< the private key of that certificate, without a passphrase
    /// Takes any certificate: whoever stands between can read and change everything. For a laboratory.
    bool trusts_any_certificate = false;
};

} // namespace framex
