/// A call of an upstream's operation by named arguments, made into the parts of a request.
#pragma once

#include "operation.hpp"

#include <framex/http/message.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace framex::proxy {

/// What makes a part of a form a file.
struct file_facts {
    std::string filename;
    std::string content_type;
};

/// One part of a multipart/form-data body.
struct form_part {
    std::string name;
    std::string content;
    std::optional<file_facts> file; ///< nullopt: a field
};

/// What the arguments of a call come to. Authorization, Accept and what belongs to the connection are
/// others'.
struct call_request {
    std::string target; ///< the path below the upstream's URL, and the query; percent-encoded
    name_value_list headers;
    std::string cookie; ///< the value of a Cookie field; empty: none
    std::string content_type; ///< of `body`; empty: there is no body, or `form` is it
    std::string body;
    std::optional<std::vector<form_part>> form; ///< the multipart/form-data body
};

/// An argument goes to each parameter of its name; null is none. All others are the body:
///
/// - one that is no property of the body, and an object, is the body itself: `model={"name": "test"}`. When
///   the body is no object, one argument is the body, whatever its name and its value;
/// - else they are the properties of the body's object, or the parts of the form, by their names;
/// - a body of octets is one argument, a text.
///
/// A file of a form is a text, or {"filename": ..., "content": ..., "content_type": ...}; a list gives
/// several parts. A body without required properties may have no argument at all. Types are left to the
/// upstream.
///
/// Throws call_error, which names all arguments that are missing, unknown or cannot be sent, as its issues
/// do.
call_request request_of(operation const& target, json::object const& arguments);

} // namespace framex::proxy
