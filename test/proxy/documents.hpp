/// OpenAPI documents for the tests of the proxy.
#pragma once

#include "proxy/document.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace framex::test::upstream_documents {

using namespace framex::proxy;

/// A document as FastAPI 0.115 writes it: pydantic's schemas, a form of files, a path item for several
/// methods.
inline constexpr std::string_view fastapi = R"({"openapi":"3.1.0","info":{"title":"Shop","version":"1.2.0"},
"servers":[{"url":"/shop"}],"paths":{
"/api/v1/items/{item_id}":{
 "get":{"tags":["items"],"summary":"Read Item","description":"One item.","operationId":"read_item_api_v1_items__item_id__get",
  "security":[{"HTTPBearer":[]}],
  "parameters":[
   {"name":"item_id","in":"path","required":true,"schema":{"type":"integer","minimum":1,"title":"Item Id"}},
   {"name":"q","in":"query","required":false,"schema":{"anyOf":[{"type":"string","maxLength":50},{"type":"null"}],"title":"Q"}},
   {"name":"tags","in":"query","required":false,"schema":{"type":"array","items":{"type":"string"},"default":[],"title":"Tags"}},
   {"name":"shade","in":"query","required":false,"schema":{"$ref":"#/components/schemas/Shade","default":"dark"}},
   {"name":"x-token","in":"header","required":true,"schema":{"type":"string","title":"X-Token"}},
   {"name":"class","in":"query","required":false,"schema":{"type":"string","title":"Class"}},
   {"name":"session","in":"cookie","required":false,"schema":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Session"}}],
  "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Item"}}}},
   "422":{"description":"Validation Error","content":{"application/json":{"schema":{"$ref":"#/components/schemas/HTTPValidationError"}}}}}},
 "put":{"tags":["items"],"summary":"Write Item","operationId":"write_item_api_v1_items__item_id__put",
  "parameters":[{"name":"item_id","in":"path","required":true,"schema":{"type":"integer","title":"Item Id"}}],
  "requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Item"}}}},
  "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{}}}}}},
 "delete":{"summary":"Drop","operationId":"drop","deprecated":true,
  "parameters":[{"name":"item_id","in":"path","required":true,"schema":{"type":"integer","title":"Item Id"}}],
  "responses":{"204":{"description":"Successful Response"}}}},
"/api/v1/upload":{"post":{"summary":"Upload","operationId":"upload_api_v1_upload_post",
  "requestBody":{"content":{"multipart/form-data":{"schema":{"$ref":"#/components/schemas/Body_upload_api_v1_upload_post"}}},"required":true},
  "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{}}}}}}},
"/api/v1/login":{"post":{"summary":"Login","operationId":"login_api_v1_login_post",
  "requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/Body_login_api_v1_login_post"}}},"required":true},
  "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{}}}}}}},
"/api/v1/ids":{"post":{"summary":"Ids","operationId":"ids_api_v1_ids_post",
  "requestBody":{"content":{"application/json":{"schema":{"items":{"type":"integer"},"type":"array","title":"Ids"}}},"required":true},
  "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{}}}}}}},
"/api/v1/any":{"post":{"summary":"Any","operationId":"any_api_v1_any_post",
  "requestBody":{"content":{"application/json":{"schema":{"title":"Anything"}}}},
  "responses":{"200":{"description":"Successful Response"}}}},
"/api/v1/settings":{"patch":{"summary":"Settings","operationId":"settings_api_v1_settings_patch",
  "requestBody":{"content":{"application/json":{"schema":{"additionalProperties":true,"type":"object","title":"Values"}}},"required":true},
  "responses":{"200":{"description":"Successful Response"}}}},
"/api/v1/blob":{"put":{"summary":"Blob","operationId":"blob_api_v1_blob_put",
  "requestBody":{"content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}},"required":true},
  "responses":{"200":{"description":"Successful Response"}}}},
"/api/v1/chat":{"post":{"summary":"Chat","operationId":"chat_api_v1_chat_post",
  "requestBody":{"content":{"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/Chat"},{"type":"null"}],"title":"Chat"}}}},
  "responses":{"200":{"description":"Events","content":{"text/event-stream; charset=utf-8":{"schema":{"type":"string"}}}}}}},
"/health":{"get":{"responses":{"200":{"description":"Successful Response"}}}}},
"components":{"schemas":{
"Body_login_api_v1_login_post":{"properties":{"username":{"type":"string","title":"Username"},
  "scopes":{"items":{"type":"string"},"type":"array","title":"Scopes","default":[]}},"type":"object","required":["username"],"title":"Body_login_api_v1_login_post"},
"Body_upload_api_v1_upload_post":{"properties":{"file":{"type":"string","contentMediaType":"application/octet-stream","title":"File"},
  "more":{"anyOf":[{"items":{"type":"string","format":"binary"},"type":"array"},{"type":"null"}],"title":"More"},
  "note":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Note"}},"type":"object","required":["file"],"title":"Body_upload_api_v1_upload_post"},
"Chat":{"properties":{"prompt":{"type":"string","title":"Prompt"},"default":{"type":"string","title":"Default"},
  "next":{"anyOf":[{"$ref":"#/components/schemas/Chat"},{"type":"null"}]}},"type":"object","required":["prompt"],"title":"Chat"},
"HTTPValidationError":{"properties":{"detail":{"items":{"$ref":"#/components/schemas/ValidationError"},"type":"array","title":"Detail"}},"type":"object","title":"HTTPValidationError"},
"Item":{"properties":{"name":{"type":"string","title":"Name"},"price":{"type":"number","title":"Price","default":1.25},
  "shade":{"$ref":"#/components/schemas/Shade","default":"dark"},"parts":{"items":{"$ref":"#/components/schemas/Part"},"type":"array","title":"Parts","default":[]}},
  "type":"object","required":["name"],"title":"Item"},
"Part":{"properties":{"sku":{"type":"string","title":"Sku"}},"type":"object","required":["sku"],"title":"Part"},
"Shade":{"type":"string","enum":["dark","light"],"title":"Shade"},
"Unused":{"type":"object","title":"Unused"},
"ValidationError":{"properties":{"loc":{"items":{"anyOf":[{"type":"string"},{"type":"integer"}]},"type":"array","title":"Location"},
  "msg":{"type":"string","title":"Message"},"type":{"type":"string","title":"Error Type"}},"type":"object","required":["loc","msg","type"],"title":"ValidationError"}},
"securitySchemes":{"HTTPBearer":{"type":"http","scheme":"bearer"}}}})";

/// A document with these members of `paths` and of `components`.
inline std::string document_of(
    std::string const& paths, std::string const& components = "", std::string const& version = "3.1.0")
{
    return R"({"openapi":")" + version + R"(","info":{"title":"t","version":"1"},"paths":{)" + paths
        + R"(},"components":{)" + components + "}}";
}

/// `odd` between two operations that are not: those must be read whatever stands there.
inline imported_document read_between(
    std::string const& odd, std::string const& components = "", std::string const& version = "3.1.0")
{
    auto made = read_document(
        document_of(R"("/before":{"get":{"responses":{}}},)" + odd + R"(,"/after":{"get":{"responses":{}}})",
            components, version));
    BOOST_TEST_REQUIRE(made.operations.size() >= 2U);
    BOOST_TEST(made.operations.front().path == "/before");
    BOOST_TEST(made.operations.back().path == "/after");
    return made;
}

/// Why the one odd operation is skipped.
inline std::string reason(std::string const& odd, std::string const& components = "")
{
    auto const made = read_between(odd, components);
    BOOST_TEST(made.operations.size() == 2U, odd);
    BOOST_TEST_REQUIRE(made.skipped.size() == 1U, odd);
    return made.skipped.front().reason;
}

inline operation const& find(imported_document const& in, std::string_view method, std::string_view path)
{
    auto const found = std::ranges::find_if(
        in.operations, [&](operation const& each) { return each.method == method && each.path == path; });
    if (found == in.operations.end())
        throw std::runtime_error("no operation " + std::string(method) + " " + std::string(path));
    return *found;
}

inline operation_parameter const& parameter(operation const& of, std::string_view name)
{
    auto const found = std::ranges::find(of.parameters, name, &operation_parameter::name);
    if (found == of.parameters.end())
        throw std::runtime_error("no parameter " + std::string(name));
    return *found;
}

/// "name! file[]": a required list of files.
inline std::string parts_of(operation const& of)
{
    std::string text;
    for (auto const& each : of.body.parts)
        text += (text.empty() ? "" : ", ") + each.name + (each.required ? "!" : "")
            + (each.is_file ? " file" : "") + (each.is_list ? "[]" : "");
    return text;
}

inline std::string text(json::value const& value) { return json::serialize(value); }

} // namespace framex::test::upstream_documents
