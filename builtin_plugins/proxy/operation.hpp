/// One operation of an upstream, as its OpenAPI document describes it. OpenAPI 3.1 sections 4.8.10 to 4.8.14.
#pragma once

#include <framex/fwd.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace framex::proxy {

/// Where a parameter stands in a request; the document's `in`.
enum class parameter_in { path, query, header, cookie };

/// How its value is written. `json` is one with a `content` of JSON instead of a schema.
enum class parameter_style { simple, label, matrix, form, space, pipe, deep, json };

struct operation_parameter {
    std::string name; ///< any text: "x-token", "class", "filter[name]"
    parameter_in in = parameter_in::query;
    parameter_style style = parameter_style::form;
    bool explode = true; ///< each element, or member, is written by itself
    bool required = false;
    bool is_list = false; ///< its schema allows an array
    bool is_object = false; ///< its schema allows an object
};

/// A field or a file of a form, or a property of an object.
struct body_part {
    std::string name;
    bool required = false;
    bool is_file = false; ///< `format: binary`, or octets as the contentMediaType
    bool is_list = false; ///< may come several times
};

/// How a body is written. `octets` is every media type besides JSON and the two forms.
enum class content_kind { none, json, urlencoded, multipart, octets };

/// What a body holds. Of several media types of one body this is JSON, else a form, else the first.
struct operation_body {
    content_kind kind = content_kind::none;
    std::string media_type; ///< as the document writes it: "application/json", "image/*"
    bool required = false;
    bool is_object = false; ///< its schema allows an object
    bool is_open = false; ///< the object may have other properties than `parts`
    std::vector<body_part> parts; ///< the properties of its schema
};

struct operation {
    std::string method; ///< "GET"
    std::string path; ///< the template as the upstream writes it
    std::string route; ///< the template in the form of normalise_path(): a path_pattern
    std::vector<operation_parameter> parameters; ///< those of the path item, too
    operation_body body;
    bool is_websocket = false; ///< of the settings, in no document: only what opens a WebSocket goes on
    bool streams = false; ///< a success is an event stream, JSON lines or a JSON sequence
    /// The Operation Object for a merged document, without tags, security, servers, callbacks and links. It
    /// holds no reference but those to imported_document::schemas.
    json::object shown;
};

} // namespace framex::proxy
