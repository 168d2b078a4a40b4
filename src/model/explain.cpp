// What a misfit is called and how it reads.
#include "model/store.hpp"

#include <framex/model/writer.hpp>

#include <boost/json/error.hpp>

namespace framex::detail {
namespace {

fault explain_bound(misfit what, reader_ops const& ops)
{
    auto const bits = 8U * ops.width;
    auto const high = (~std::uint64_t{0} >> (64 - bits)) >> (ops.is_signed ? 1 : 0);
    fault why;
    if (what == misfit::too_high)
        refuse_high(&why, std::to_string(high));
    else
        refuse_low(&why, ops.is_signed ? std::to_string(-static_cast<std::int64_t>(high) - 1) : "0");
    return why;
}

fault explain_enum(reader_ops const& ops)
{
    std::string expected;
    for (std::size_t i = 0; i < ops.count; ++i)
        append_choice(expected, ops.names[i], i, ops.count, "'");
    fault why{"enum", "Input should be " + expected, "{\"expected\":"};
    write_text(why.ctx, expected);
    why.ctx += '}';
    return why;
}

fault explain_extra(reader_ops const& ops)
{
    fault why{"extra_forbidden", "Extra inputs are not permitted", "{\"known\":["};
    auto const* const members = ops.members();
    for (std::size_t i = 0; i < ops.count; ++i) {
        why.ctx += i == 0 ? "" : ",";
        write_text(why.ctx, members[i].name);
    }
    why.ctx += "]}";
    return why;
}

std::string reason(error_code const& fault, std::string_view text, std::size_t at, std::size_t depth)
{
    using json::error;
    if (fault == error::incomplete)
        return "Unexpected end of the document";
    if (fault == error::extra_data)
        return "Extra data after the document";
    if (fault == error::too_deep)
        return "Nested deeper than " + std::to_string(depth) + " levels";
    if (fault == error::exponent_overflow)
        return "Exponent out of range";
    if (fault == error::syntax && at < text.size()) {
        auto const c = static_cast<unsigned char>(text[at]);
        if (c > 0x20 && c < 0x7F)
            return std::string("Unexpected character '") + text[at] + "'";
        return c < 0x80 ? "Unexpected control character or blank" : "Invalid UTF-8 or unexpected character";
    }
    return "Malformed string or literal";
}

} // namespace

misfit wrong_kind(reader_ops const& ops)
{
    switch (ops.what) {
    case kind::boolean:
    case kind::bit:
        return misfit::bool_type;
    case kind::integer:
    case kind::big:
        return misfit::int_type;
    case kind::real:
        return misfit::float_type;
    case kind::enumeration:
        return misfit::enumeration;
    case kind::list:
    case kind::any_array:
        return misfit::list_type;
    case kind::map:
    case kind::any_object:
        return misfit::dict_type;
    case kind::object:
        return misfit::model_type;
    default:
        return misfit::string_type;
    }
}

fault explain(misfit what, reader_ops const& ops)
{
    switch (what) {
    case misfit::int_parsing:
        return {"int_parsing", "Input should be a valid integer, unable to parse string as an integer", {}};
    case misfit::int_parsing_size:
        return {"int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size", {}};
    case misfit::int_from_float:
        return {"int_from_float", "Input should be a valid integer, got a number with a fractional part", {}};
    case misfit::int_type:
        return {"int_type", "Input should be a valid integer", {}};
    case misfit::too_low:
    case misfit::too_high:
        return explain_bound(what, ops);
    case misfit::float_parsing:
        return {"float_parsing", "Input should be a valid number, unable to parse string as a number", {}};
    case misfit::float_type:
        return {"float_type", "Input should be a valid number", {}};
    case misfit::finite_number:
        return {"finite_number", "Input should be a finite number", {}};
    case misfit::bool_parsing:
        return {"bool_parsing", "Input should be a valid boolean, unable to interpret input", {}};
    case misfit::bool_type:
        return {"bool_type", "Input should be a valid boolean", {}};
    case misfit::enumeration:
        return explain_enum(ops);
    case misfit::list_type:
        return {"list_type", "Input should be a valid list", {}};
    case misfit::dict_type:
        return {"dict_type", "Input should be a valid dictionary", {}};
    case misfit::model_type:
        return {"model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from", {}};
    case misfit::missing:
        return {"missing", "Field required", {}};
    case misfit::extra:
        return explain_extra(ops);
    default:
        return {"string_type", "Input should be a valid string", {}};
    }
}

issue invalid_json(
    error_code const& fault, std::string_view text, std::size_t consumed, std::size_t depth, location loc)
{
    auto const at = fault == json::error::incomplete ? text.size() : consumed;
    loc.emplace_back(at);
    std::string ctx = "{\"error\":";
    write_text(ctx, reason(fault, text, at, depth));
    return {"json_invalid", std::move(loc), "JSON decode error", "{}", ctx + "}"};
}

} // namespace framex::detail
