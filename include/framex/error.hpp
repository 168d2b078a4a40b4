/// The exceptions by which a handler chooses its answer.
#pragma once

#include <framex/fwd.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace framex {

/// Thrown by a handler to answer with `status` and a message that the caller reads.
/// Anything else that a handler throws is answered as 500 without its text.
class http_error : public std::runtime_error {
public:
    using header_list = std::vector<std::pair<std::string, std::string>>;

    http_error(int status, std::string const& message, header_list headers = {});
    ~http_error() override;

    /// A message that is JSON instead of text: `json_text` goes into the answer as it is.
    static http_error with_json(int status, std::string const& json_text, header_list headers = {});

    int status() const noexcept { return status_; }
    bool is_json() const noexcept { return is_json_; }
    header_list const& headers() const noexcept { return headers_; }

private:
    int status_;
    bool is_json_ = false;
    header_list headers_;
};

/// Thrown by a handler for a failure of its own (answered as 500) whose text the caller may read.
class public_error : public std::runtime_error {
public:
    explicit public_error(std::string const& message);
    ~public_error() override;
};

} // namespace framex
