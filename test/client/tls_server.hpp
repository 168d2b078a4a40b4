/// A TLS server of 127.0.0.1 for tests, and certificates made when they are asked for.
#pragma once

#include <framex/client/http_client.hpp>

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace framex::test {

/// A key and the certificate that names it.
class certificate {
public:
    struct lifetime { ///< seconds from now
        long from = -3600;
        long until = 3600;
    };
    /// Signed by `issuer`; by itself when there is none. `names` as in a subjectAltName: "DNS:localhost".
    explicit certificate(
        std::string const& names, certificate const* issuer = nullptr, lifetime valid = {-3600, 3600})
        : key_(::EVP_EC_gen("P-256")), x509_(::X509_new())
    {
        static std::atomic<long> serial{1};
        ::X509_set_version(x509_.get(), X509_VERSION_3);
        ::ASN1_INTEGER_set(::X509_get_serialNumber(x509_.get()), serial++);
        ::X509_gmtime_adj(X509_getm_notBefore(x509_.get()), valid.from);
        ::X509_gmtime_adj(X509_getm_notAfter(x509_.get()), valid.until);
        ::X509_set_pubkey(x509_.get(), key_.get());
        auto* const subject = ::X509_get_subject_name(x509_.get());
        auto const* const name = reinterpret_cast<unsigned char const*>(names.c_str());
        ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0);
        auto const& by = issuer ? *issuer : *this;
        ::X509_set_issuer_name(x509_.get(), ::X509_get_subject_name(by.x509_.get()));
        if (names == issuers)
            extend(NID_basic_constraints, "critical,CA:TRUE");
        else
            extend(NID_subject_alt_name, names.c_str());
        BOOST_TEST_REQUIRE(::X509_sign(x509_.get(), by.key_.get(), ::EVP_sha256()) > 0);
    }
    /// The name of one that signs others.
    static inline std::string const issuers = "issuer";

    void use_in(SSL_CTX* context) const
    {
        ::SSL_CTX_use_certificate(context, x509_.get());
        ::SSL_CTX_use_PrivateKey(context, key_.get());
    }
    void trust_in(SSL_CTX* context) const
    {
        ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context), x509_.get());
    }
    void write_to(std::string const& certificate_file, std::string const& key_file = {}) const
    {
        std::unique_ptr<FILE, int (*)(FILE*)> const out(
            std::fopen(certificate_file.c_str(), "w"), &std::fclose);
        BOOST_TEST_REQUIRE(::PEM_write_X509(out.get(), x509_.get()) == 1);
        if (key_file.empty())
            return;
        std::unique_ptr<FILE, int (*)(FILE*)> const secret(std::fopen(key_file.c_str(), "w"), &std::fclose);
        BOOST_TEST_REQUIRE(
            ::PEM_write_PrivateKey(secret.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    }

private:
    void extend(int kind, char const* value)
    {
        std::unique_ptr<X509_EXTENSION, decltype(&::X509_EXTENSION_free)> const made(
            ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value), &::X509_EXTENSION_free);
        BOOST_TEST_REQUIRE(::X509_add_ext(x509_.get(), made.get(), -1) == 1);
    }

    struct free_it {
        void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
        void operator()(X509* x509) const { ::X509_free(x509); }
    };
    std::unique_ptr<EVP_PKEY, free_it> key_;
    std::unique_ptr<X509, free_it> x509_;
};

/// An issuer and files of what it signs, in a folder of their own.
struct office {
    office() : folder(std::filesystem::temp_directory_path() / ("framex-tls-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(folder);
        issuer.write_to(file("ca.pem"));
    }
    office(office const&) = delete;
    office& operator=(office const&) = delete;
    ~office() { std::filesystem::remove_all(folder); }

    std::string file(std::string const& name) const { return (folder / name).string(); }
    client_options trusting() const
    {
        client_options options;
        options.tls.ca_file = file("ca.pem");
        return options;
    }
    /// With a certificate of its own, signed by `by`.
    client_options known(certificate const& by) const
    {
        certificate("DNS:client", &by).write_to(file("client.pem"), file("client.key"));
        auto options = trusting();
        options.tls.certificate_file = file("client.pem");
        options.tls.key_file = file("client.key");
        return options;
    }

    std::filesystem::path folder;
    certificate issuer{certificate::issuers};
    certificate server{"DNS:localhost", &issuer};
};

/// One connection of the server. Each wait ends after 10 s.
class tls_peer {
public:
    tls_peer(SSL_CTX* context, int socket) : socket_(socket), ssl_(::SSL_new(context))
    {
        timeval const limit{10, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        ::SSL_set_fd(ssl_, socket);
    }
    tls_peer(tls_peer const&) = delete;
    tls_peer& operator=(tls_peer const&) = delete;
    ~tls_peer()
    {
        ::SSL_free(ssl_);
        ::shutdown(socket_, SHUT_WR);
        char octets[4096]; // else the client is reset, and what was said last may be lost
        while (::recv(socket_, octets, sizeof octets, 0) > 0) {}
        ::close(socket_);
    }

    bool accept() { return ::SSL_accept(ssl_) == 1; }
    /// The head of the next request; "" at the end of the connection.
    std::string head() { return until("\r\n\r\n"); }
    std::string until(std::string_view text)
    {
        auto at = rest_.find(text);
        while (at == rest_.npos && more())
            at = rest_.find(text);
        if (at == rest_.npos)
            return {};
        auto const size = at + text.size();
        return take(size);
    }
    std::string exactly(std::size_t size)
    {
        while (rest_.size() < size && more()) {}
        return take(std::min(size, rest_.size()));
    }
    bool say(std::string_view octets)
    {
        return octets.empty() || ::SSL_write(ssl_, octets.data(), static_cast<int>(octets.size())) > 0;
    }
    /// Says that this is the end; without it the connection is cut.
    void say_goodbye() { ::SSL_shutdown(ssl_); }
    bool is_resumed() const { return ::SSL_session_reused(ssl_) == 1; }
    std::string host() const
    {
        char const* const name = ::SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
        return name ? name : "";
    }
    std::string protocol() const
    {
        unsigned char const* name = nullptr;
        unsigned size = 0;
        ::SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<char const*>(name), size};
    }
    /// Octets that are no TLS.
    int socket() const { return socket_; }

private:
    bool more()
    {
        char piece[16384];
        int const size = ::SSL_read(ssl_, piece, sizeof piece);
        if (size > 0)
            rest_.append(piece, static_cast<std::size_t>(size));
        return size > 0;
    }
    std::string take(std::size_t size)
    {
        auto taken = rest_.substr(0, size);
        rest_.erase(0, size);
        return taken;
    }

    int socket_;
    SSL* ssl_;
    std::string rest_;
};

/// Each connection runs the script on a thread of its own, after the handshake; a handshake that fails is
/// counted.
class tls_server {
public:
    using script = std::function<void(tls_peer&)>;
    struct habits {
        certificate const* clients = nullptr; ///< demands a certificate that this one has signed
        int oldest = TLS1_2_VERSION;
        int newest = TLS1_3_VERSION;
        bool shakes_hands = true; ///< else the script gets the bare connection
    };

    tls_server(certificate const& own, script run) : tls_server(own, std::move(run), habits()) {}
    tls_server(certificate const& own, script run, habits how)
        : run_(std::move(run)), how_(how), context_(::SSL_CTX_new(::TLS_server_method()))
    {
        own.use_in(context_);
        SSL_CTX_set_min_proto_version(context_, how.oldest);
        SSL_CTX_set_max_proto_version(context_, how.newest);
        ::SSL_CTX_set_session_id_context(context_, reinterpret_cast<unsigned char const*>("test"), 4);
        ::SSL_CTX_set_alpn_select_cb(context_, &select, nullptr);
        if (how.clients) {
            how.clients->trust_in(context_);
            ::SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        }
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* const address = reinterpret_cast<sockaddr*>(&at);
        BOOST_TEST_REQUIRE(::bind(listener_, address, size) == 0);
        ::listen(listener_, 64);
        ::getsockname(listener_, address, &size);
        port_ = ntohs(at.sin_port);
        acceptor_ = std::thread([this] { serve(); });
    }
    tls_server(tls_server const&) = delete;
    tls_server& operator=(tls_server const&) = delete;
    ~tls_server()
    {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (auto& each : runs_)
            each.join();
        ::close(listener_);
        ::SSL_CTX_free(context_);
    }

    std::string url(std::string const& host = "localhost") const { return "https://" + name(host) + "/"; }
    std::string name(std::string const& host = "localhost") const
    {
        return host + ":" + std::to_string(port_);
    }
    int connections() const { return connections_; }

private:
    static int select(SSL*, unsigned char const** chosen, unsigned char* size, unsigned char const* offered,
        unsigned length, void*)
    {
        static unsigned char const own[] = "\x08http/1.1";
        auto* found = const_cast<unsigned char*>(*chosen);
        bool const is_known = ::SSL_select_next_proto(&found, size, own, sizeof own - 1, offered, length)
            == OPENSSL_NPN_NEGOTIATED;
        *chosen = found;
        return is_known ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    void serve()
    {
        for (;;) {
            int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0)
                return;
            ++connections_;
            runs_.emplace_back([this, socket] {
                sigset_t broken_pipe; // OpenSSL writes to sockets that are closed
                ::sigemptyset(&broken_pipe);
                ::sigaddset(&broken_pipe, SIGPIPE);
                ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
                tls_peer client(context_, socket);
                if (!how_.shakes_hands || client.accept())
                    run_(client);
            });
        }
    }

    script run_;
    habits how_;
    SSL_CTX* context_;
    int listener_ = -1;
    unsigned short port_ = 0;
    std::atomic<int> connections_{0};
    std::thread acceptor_;
    std::vector<std::thread> runs_;
};

} // namespace framex::test
