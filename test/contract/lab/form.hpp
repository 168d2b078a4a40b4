/// A whole form in memory, for handlers that answer with what they were sent.
#pragma once

#include <framex/framex.hpp>

#include <map>
#include <string>
#include <vector>

namespace contract {

/// A part with a file name; its content is whole.
struct form_file {
    std::string name;
    std::string filename;
    std::string content_type;
    std::string content;
};

struct form {
    std::map<std::string, std::string> fields;
    std::vector<form_file> files;
};

/// Reads all parts; of equal field names the last one counts.
framex::awaitable<form> read_form(framex::multipart_reader parts);

} // namespace contract
