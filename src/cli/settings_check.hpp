/// Settings that are valid and that this program cannot serve with: `config check` and `run` refuse the same.
#pragma once

#include "cli.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace framex::cli {

/// A problem for each such setting, with its place; `built_in` are the names of this program's plugins.
std::vector<problem> unusable_settings(configuration const& from, std::span<std::string const> built_in);

/// What `run` ends with for such problems: that of the gravest, a refused configuration.
exit_code exit_code_of(std::span<problem const> unusable);

/// The address that `server.host` means; nullopt when it is none.
std::optional<asio::ip::address> address_of_host(std::string const& host);

} // namespace framex::cli
