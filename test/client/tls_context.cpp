#include "client/tls_server.hpp"

#include <framex/client/http_client.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace framex;
using namespace framex::test;

BOOST_FIXTURE_TEST_SUITE(client_tls_context, office)

BOOST_AUTO_TEST_CASE(files_that_do_not_do_are_refused_when_a_client_is_made)
{
    auto const refusal = [](client_options const& options) {
        try {
            http_client const made(options);
            return std::string();
        } catch (std::invalid_argument const& error) {
            return std::string(error.what());
        }
    };
    auto options = known(issuer);
    BOOST_TEST(refusal(options).empty());
    options.tls.ca_file = file("nowhere.pem");
    BOOST_TEST(refusal(options)
        == "tls: ca_file \"" + file("nowhere.pem") + "\" holds no certificates: No such file or directory");
    options.tls.ca_file = file("client.key");
    BOOST_TEST(
        refusal(options).starts_with("tls: ca_file \"" + options.tls.ca_file + "\" holds no certificates: "));
    options = known(issuer);
    options.tls.certificate_file = file("client.key");
    BOOST_TEST(refusal(options).starts_with("tls: certificate_file"));
    options = known(issuer);
    issuer.write_to(file("other.pem"), file("other.key"));
    options.tls.key_file = file("other.key");
    auto const another = refusal(options);
    BOOST_TEST(
        another.starts_with("tls: key_file \"" + file("other.key") + "\" holds no private key of that "));
    BOOST_TEST(another.find("BEGIN") == another.npos);
    options.tls.key_file.clear();
    BOOST_TEST(refusal(options) == "tls: certificate_file and key_file belong together: set both");
}

BOOST_AUTO_TEST_SUITE_END()
