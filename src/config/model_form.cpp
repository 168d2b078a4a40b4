#include "model_form.hpp"

#include "shape.hpp"

#include <framex/model/json.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>

namespace framex {

namespace {

constexpr std::string_view milliseconds = "milliseconds";
constexpr std::string_view bytes = "bytes";

/// Calls `change(value, kind)` for every duration and size below.
template <class Change>
void for_each_amount(json::value& value, shape const& form, Change change)
{
    if (form.kind == shape_kind::duration || form.kind == shape_kind::size) {
        change(value, form.kind);
    } else if (form.is_table() && value.is_object()) {
        for (auto& member : value.as_object())
            for_each_amount(member.value(), *form.below(member.key()), change);
    }
}

void to_people(json::value& value, shape_kind kind)
{
    if (kind == shape_kind::duration)
        value = json::value(to_text(
            duration_setting(std::chrono::milliseconds(value.at(milliseconds).to_number<std::int64_t>()))));
    else
        value = json::value(to_text(size_setting(value.at(bytes).to_number<std::uint64_t>())));
}

void to_model(json::value& value, shape_kind kind)
{
    std::string const text(value.as_string());
    if (kind == shape_kind::duration)
        value = json::object{{milliseconds, parse_duration(text)->milliseconds}};
    else
        value = json::object{{bytes, parse_size(text)->bytes}};
}

} // namespace

json::object default_values()
{
    json::value values = json::parse(to_json(settings{}));
    for_each_amount(values, settings_shape(), to_people);
    values.at("auth").as_object().erase("oauth");
    return std::move(values.as_object());
}

std::vector<issue> apply_to_models(json::object const& values, settings& target)
{
    json::value model = values;
    for_each_amount(model, settings_shape(), to_model);
    std::vector<issue> issues;
    target = settings{};
    read_json(json::serialize(model), target, issues, location{});
    return issues;
}

setting_path path_of(location const& loc)
{
    setting_path path;
    for (auto const& part : loc) {
        if (auto const* key = std::get_if<std::string>(&part))
            path.push_back(*key);
        else
            path.push_back(std::to_string(std::get<std::size_t>(part)));
    }
    return path;
}

} // namespace framex
