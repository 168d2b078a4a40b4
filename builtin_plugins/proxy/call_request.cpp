#include "call_request.hpp"

#include "expansion.hpp"

#include <framex/config/nearest.hpp>
#include <framex/model/writer.hpp>
#include <framex/plugin/call.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace framex::proxy {

namespace {

/// The value of a text member; null when there is none.
json::string const* text_in(json::value const& value, char const* name)
{
    auto const* object = value.if_object();
    auto const* member = object ? object->if_contains(name) : nullptr;
    return member ? member->if_string() : nullptr;
}

bool is_file(json::value const& value) { return text_in(value, "filename") && text_in(value, "content"); }

class request_maker {
public:
    request_maker(operation const& target, json::object const& arguments)
        : target_(target), arguments_(arguments)
    {
    }

    call_request run() &&
    {
        path();
        parameters();
        sort_out_rest();
        body();
        if (!issues_.empty())
            throw call_error(
                target_.method + " " + target_.path + " cannot be called so: " + words_, std::move(issues_));
        return std::move(made_);
    }

private:
    // ---- what does not fit

    void refuse(
        std::string const& name, char const* type, std::string const& message, std::string const& word)
    {
        issues_.emplace_back(type, location{name}, message);
        words_ += (words_.empty() ? "" : ", ") + name + " " + word;
    }

    void missing(std::string const& name) { refuse(name, "missing", "Field required", "is missing"); }

    void unsendable(std::string const& name, std::string const& why)
    {
        refuse(name, "value_error", "Value error, " + why, why);
    }

    void unknown(std::string const& name)
    {
        std::vector<std::string> known;
        for (auto const& each : target_.parameters)
            known.push_back(each.name);
        for (auto const& each : target_.body.parts)
            known.push_back(each.name);
        auto const meant = nearest(name, known);
        refuse(name, "unexpected_keyword_argument", "Unexpected keyword argument",
            "is unknown" + (meant ? " (did you mean " + *meant + "?)" : std::string()));
    }

    // ---- parameters

    json::value const* argument(operation_parameter const& parameter)
    {
        auto const* value = arguments_.if_contains(parameter.name);
        if (value && !value->is_null())
            return value;
        if (parameter.required)
            missing(parameter.name);
        return nullptr;
    }

    /// The template with its parameters filled in.
    void path()
    {
        std::string_view rest = target_.path;
        while (!rest.empty()) {
            auto const open = rest.find('{');
            auto const close = rest.find('}', open == rest.npos ? 0 : open);
            if (open == rest.npos || close == rest.npos)
                break;
            made_.target += encoded_path(rest.substr(0, open));
            fill(rest.substr(open + 1, close - open - 1));
            rest.remove_prefix(close + 1);
        }
        made_.target += encoded_path(rest);
    }

    /// `name` as it stands between the braces: "id", or "rest:path", which may hold "/".
    void fill(std::string_view name)
    {
        constexpr std::string_view all_the_rest = ":path";
        bool const is_rest = name.ends_with(all_the_rest);
        if (is_rest)
            name.remove_suffix(all_the_rest.size());
        auto const known = std::ranges::find_if(target_.parameters, [&](operation_parameter const& each) {
            return each.in == parameter_in::path && each.name == name;
        });
        auto const* value = known == target_.parameters.end() ? nullptr : argument(*known);
        if (!value)
            return;
        auto text = expanded(*known, *value);
        if (is_rest)
            for (auto at = text.find("%2F"); at != text.npos; at = text.find("%2F", at))
                text.replace(at, 3, "/");
        if (text.empty() && !is_rest)
            return unsendable(known->name, "is empty, which no segment of a path can be");
        auto const around = "/" + text + "/";
        if (around.find("/./") != around.npos || around.find("/../") != around.npos)
            return unsendable(known->name, "has a segment of dots, which would lead to another path");
        made_.target += text;
    }

    void parameters()
    {
        std::string query;
        for (auto const& each : target_.parameters) {
            auto const* value = each.in == parameter_in::path ? nullptr : argument(each);
            auto text = value ? expanded(each, *value) : std::string();
            if (each.in == parameter_in::header && value)
                header(each.name, std::move(text));
            else if (each.in == parameter_in::cookie && !text.empty())
                made_.cookie.append(made_.cookie.empty() ? "" : "; ").append(text);
            else if (!text.empty())
                query.append(query.empty() ? "?" : "&").append(text);
        }
        made_.target += query;
    }

    void header(std::string const& name, std::string value)
    {
        if (valid_field_value(value))
            made_.headers.emplace_back(name, std::move(value));
        else
            unsendable(name, "is no value that a header field can hold");
    }

    // ---- the body

    void sort_out_rest()
    {
        for (auto const& each : arguments_)
            if (std::ranges::find(target_.parameters, each.key(), &operation_parameter::name)
                == target_.parameters.end())
                rest_.emplace(each.key(), each.value());
    }

    body_part const* part(std::string_view name) const
    {
        auto const found = std::ranges::find(target_.body.parts, name, &body_part::name);
        return found == target_.body.parts.end() ? nullptr : &*found;
    }

    /// The argument that is the body itself; null when the arguments are its members.
    json::value const* whole() const
    {
        if (rest_.size() != 1 || part(rest_.begin()->key()))
            return nullptr;
        auto const& value = rest_.begin()->value();
        auto const& body = target_.body;
        bool const is_form = body.kind != content_kind::json;
        bool const is_object = value.is_object() && !(is_form && is_file(value));
        return is_object || !(is_form || body.is_object) ? &value : nullptr;
    }

    void body()
    {
        switch (target_.body.kind) {
        case content_kind::none:
            for (auto const& each : rest_)
                unknown(each.key());
            break;
        case content_kind::json:
            json_body();
            break;
        case content_kind::urlencoded:
            if (has_members())
                urlencoded_body();
            break;
        case content_kind::multipart:
            if (has_members())
                multipart_body();
            break;
        case content_kind::octets:
            octets();
            break;
        }
    }

    void json_body()
    {
        auto const& described = target_.body;
        if (auto const* value = whole())
            made_.body = to_json(*value);
        else if (!described.is_object && (!described.is_open || rest_.empty())) {
            for (auto const& each : rest_)
                unknown(each.key());
            if (described.required)
                missing("body");
            return;
        } else if (!has_members())
            return;
        else
            made_.body = to_json(rest_);
        made_.content_type = described.media_type;
    }

    /// Takes the members of a body's object from the arguments, and whether there is a body.
    bool has_members()
    {
        auto const& described = target_.body;
        if (auto const* value = whole())
            rest_ = json::object(value->get_object());
        if (rest_.empty() && !described.required)
            return false;
        for (auto const& each : described.parts)
            if (each.required && !rest_.contains(each.name))
                missing(each.name);
        for (auto const& each : rest_)
            if (!described.is_open && !part(each.key()))
                unknown(each.key());
        return true;
    }

    /// Calls `add(name, value)` for every field of a form: once for each element of a list, never for null.
    template <class Add>
    void for_each_field(Add add)
    {
        for (auto const& each : rest_) {
            auto const* list = each.value().if_array();
            if (!list && !each.value().is_null())
                add(std::string(each.key()), each.value());
            for (std::size_t i = 0; list && i < list->size(); ++i)
                add(std::string(each.key()), (*list)[i]);
        }
    }

    void urlencoded_body()
    {
        made_.content_type = target_.body.media_type;
        for_each_field([this](std::string const& name, json::value const& value) {
            made_.body += made_.body.empty() ? "" : "&";
            made_.body += percent_encoded(name) + "=" + percent_encoded(plain_text(value));
        });
    }

    void multipart_body()
    {
        auto& form = made_.form.emplace();
        for_each_field([&](std::string const& name, json::value const& value) {
            auto const* known = part(name);
            if (is_file(value) || (known && known->is_file))
                file(name, value);
            else
                form.push_back({name, plain_text(value), std::nullopt});
        });
    }

    void file(std::string const& name, json::value const& value)
    {
        auto const* content = value.is_string() ? value.if_string() : text_in(value, "content");
        if (!content)
            return unsendable(
                name, "is a file: give a text, or an object of filename, content and content_type");
        auto const* filename = text_in(value, "filename");
        auto const* type = text_in(value, "content_type");
        file_facts facts{filename ? std::string(*filename) : name,
            type ? std::string(*type) : std::string("application/octet-stream")};
        made_.form->push_back({name, std::string(*content), std::move(facts)});
    }

    void octets()
    {
        if (rest_.size() > 1)
            for (auto const& each : rest_)
                unsendable(each.key(), "is one of several, and the body is one text");
        else if (rest_.empty() && target_.body.required)
            missing("body");
        else if (!rest_.empty() && !rest_.begin()->value().is_string())
            unsendable(rest_.begin()->key(), "is the body, which is a text");
        else if (!rest_.empty()) {
            made_.body = plain_text(rest_.begin()->value());
            auto const& type = target_.body.media_type;
            made_.content_type = type.find('*') == type.npos ? type : "application/octet-stream";
        }
    }

    operation const& target_;
    json::object const& arguments_;
    json::object rest_; ///< the arguments that are no parameters
    call_request made_;
    std::vector<issue> issues_;
    std::string words_;
};

} // namespace

call_request request_of(operation const& target, json::object const& arguments)
{
    return request_maker(target, arguments).run();
}

} // namespace framex::proxy
