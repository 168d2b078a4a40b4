#include "client/tls_context.hpp"

#include <framex/fwd.hpp>

#include <boost/asio/ip/address.hpp>

#include <new>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace framex {

namespace {

constexpr std::size_t most_sessions = 1000;

/// Where a connection keeps the origin that it goes to. OpenSSL gives the index once a process.
int origin_index()
{
    static int const index = ::SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// What OpenSSL has to say of a file; never of what is in it.
[[noreturn]] void refuse(char const* setting, std::string const& file, char const* expected)
{
    auto const code = ::ERR_peek_error();
    char const* const reason = ::ERR_reason_error_string(code);
    std::string why = reason ? reason : "it is another one";
    if (ERR_SYSTEM_ERROR(code))
        why = std::generic_category().message(ERR_GET_REASON(code));
    ::ERR_clear_error();
    throw std::invalid_argument(
        std::string("tls: ") + setting + " \"" + file + "\" holds no " + expected + ": " + why);
}

int no_passphrase(char*, int, int, void*) { return 0; }

void set_host(SSL* connection, std::string host)
{
    error_code is_name;
    asio::ip::make_address(host, is_name);
    if (!is_name) {
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str());
        return;
    }
    if (host.ends_with('.'))
        host.pop_back();
    SSL_set_tlsext_host_name(connection, host.c_str());
    ::SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ::SSL_set1_host(connection, host.c_str());
}

} // namespace

tls_context::tls_context(tls_options const& options) : context_(::SSL_CTX_new(::TLS_client_method()))
{
    if (!context_)
        throw std::bad_alloc();
    try {
        read_files(options);
    } catch (...) {
        ::SSL_CTX_free(context_);
        throw;
    }
    constexpr unsigned char protocols[] = "\x08http/1.1";
    ::SSL_CTX_set_alpn_protos(context_, protocols, sizeof protocols - 1);
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(
        context_, options.trusts_any_certificate ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    ::SSL_CTX_sess_set_new_cb(context_, &tls_context::keep_session);
    SSL_CTX_set_app_data(context_, this);
}

tls_context::~tls_context() { ::SSL_CTX_free(context_); }

void tls_context::read_files(tls_options const& options)
{
    ::ERR_clear_error();
    if (options.ca_file.empty())
        ::SSL_CTX_set_default_verify_paths(context_);
    else if (::SSL_CTX_load_verify_file(context_, options.ca_file.c_str()) != 1)
        refuse("ca_file", options.ca_file, "certificates");
    ::SSL_CTX_set_default_passwd_cb(context_, &no_passphrase);
    auto const& certificate = options.certificate_file;
    auto const& key = options.key_file;
    if (certificate.empty() != key.empty())
        throw std::invalid_argument("tls: certificate_file and key_file belong together: set both");
    if (certificate.empty())
        return;
    if (::SSL_CTX_use_certificate_chain_file(context_, certificate.c_str()) != 1)
        refuse("certificate_file", certificate, "certificate");
    if (::SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1
        || ::SSL_CTX_check_private_key(context_) != 1)
        refuse("key_file", key, "private key of that certificate");
}

SSL* tls_context::connection(origin const& to)
{
    SSL* const made = ::SSL_new(context_);
    if (!made || ::SSL_set_ex_data(made, origin_index(), const_cast<origin*>(&to)) != 1) {
        ::SSL_free(made);
        throw std::bad_alloc();
    }
    set_host(made, to.host());
    if (auto const known = take_session(to.name()))
        ::SSL_set_session(made, known.get());
    return made;
}

/// A session of TLS 1.3 is for one connection (RFC 8446 appendix C.4): that gets a new one.
tls_context::session tls_context::take_session(std::string const& name)
{
    std::lock_guard const guard(mutex_);
    auto const found = sessions_.find(name);
    if (found == sessions_.end())
        return nullptr;
    if (::SSL_SESSION_get_protocol_version(found->second.get()) >= TLS1_3_VERSION)
        return std::move(sessions_.extract(found).mapped());
    ::SSL_SESSION_up_ref(found->second.get());
    return session(found->second.get());
}

/// 1: the session is kept; else OpenSSL frees it.
int tls_context::keep_session(SSL* connection, SSL_SESSION* given)
{
    auto& self = *static_cast<tls_context*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(connection)));
    auto const& to = *static_cast<origin const*>(::SSL_get_ex_data(connection, origin_index()));
    session kept(given);
    try {
        std::lock_guard const guard(self.mutex_);
        if (self.sessions_.size() >= most_sessions)
            self.sessions_.clear();
        self.sessions_[to.name()] = std::move(kept);
        return 1;
    } catch (...) { // called by C
        static_cast<void>(kept.release());
        return 0;
    }
}

} // namespace framex
