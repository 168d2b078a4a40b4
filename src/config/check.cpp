#include "document.hpp"
#include "setting_faults.hpp"
#include "shape.hpp"

#include <algorithm>
#include <optional>

namespace framex {

namespace {

class checker {
public:
    checker(setting_document& document, source_lines const& lines) : document_(document), lines_(lines) {}

    void run() { table(document_.values, settings_shape(), {}); }

private:
    bool table(json::object& values, shape const& form, setting_path const& path)
    {
        std::vector<std::string> refused;
        for (auto& member : values) {
            setting_path below = path;
            below.emplace_back(member.key());
            shape const* const part = form.below(member.key());
            if (part == nullptr)
                unknown(below, form);
            if (part == nullptr || !value(member.value(), *part, below))
                refused.push_back(below.back());
        }
        for (std::string const& key : refused)
            values.erase(key);
        return true;
    }

    bool value(json::value& found, shape const& form, setting_path const& path)
    {
        switch (form.kind) {
        case shape_kind::anything:
            return true;
        case shape_kind::boolean:
            return found.is_bool() || wrong_type(found, form, path);
        case shape_kind::integer:
            return found.is_int64() || wrong_type(found, form, path);
        case shape_kind::number:
            return found.is_number() || wrong_type(found, form, path);
        case shape_kind::text:
            return found.is_string() || wrong_type(found, form, path);
        case shape_kind::duration:
            return amount(found, parse_duration) || wrong_type(found, form, path);
        case shape_kind::size:
            return amount(found, parse_size) || wrong_type(found, form, path);
        case shape_kind::list:
            return found.is_array() ? list(found.as_array(), form.parts.front(), path)
                                    : wrong_type(found, form, path);
        case shape_kind::open_table:
        case shape_kind::table:
            break;
        }
        return found.is_object() ? table(found.as_object(), form, path) : wrong_type(found, form, path);
    }

    bool list(json::array& members, shape const& form, setting_path const& path)
    {
        bool all_right = true;
        for (std::size_t i = 0; i < members.size(); ++i) {
            setting_path below = path;
            below.push_back(std::to_string(i));
            all_right = value(members[i], form, below) && all_right;
        }
        return all_right;
    }

    /// Makes the canonical text of a number or text with a unit; false when it is none.
    template <class Unit>
    static bool amount(json::value& found, std::optional<Unit> (*parse)(std::string_view))
    {
        std::string text;
        if (found.is_string())
            text = found.as_string();
        else if (found.is_int64())
            text = std::to_string(found.as_int64());
        else if (found.is_double() && found.as_double() >= 0 && found.as_double() < 1e15)
            text = std::to_string(found.as_double());
        std::optional<Unit> const made = parse(text);
        if (made)
            found = json::value(to_text(*made));
        return made.has_value();
    }

    void unknown(setting_path const& path, shape const& form)
    {
        setting_origin const& origin = place_of(path);
        auto const home = path.size() == 1 ? table_with(path.back()) : std::nullopt;
        problem fault = unknown_setting(path, origin, home ? std::vector<std::string>{} : form.keys, lines_);
        if (home)
            fault.help = "`" + spelled(path, origin) + "` belongs in the table [" + *home + "]";
        report(std::move(fault));
    }

    /// The one table at the top that has such a key.
    static std::optional<std::string> table_with(std::string const& key)
    {
        std::optional<std::string> found;
        shape const& all = settings_shape();
        for (std::string const& name : all.keys) {
            shape const* const part = all.below(name);
            if (part->kind != shape_kind::table || !part->below(key))
                continue;
            if (found)
                return std::nullopt;
            found = name;
        }
        return found;
    }

    /// Keeps the problems in the order of their lines.
    void report(problem fault)
    {
        auto const after = std::ranges::upper_bound(document_.problems, fault.line, {}, &problem::line);
        document_.problems.insert(after, std::move(fault));
    }

    bool wrong_type(json::value const& found, shape const& form, setting_path const& path)
    {
        report(framex::wrong_type(path, place_of(path), form.kind, found, lines_));
        return false;
    }

    setting_origin const& place_of(setting_path path) const
    {
        for (; !path.empty(); path.pop_back()) {
            if (auto const found = document_.places.find(path); found != document_.places.end())
                return found->second;
        }
        static setting_origin const nowhere;
        return nowhere;
    }

    setting_document& document_;
    source_lines const& lines_;
};

} // namespace

void check_document(setting_document& document, source_lines const& lines) { checker(document, lines).run(); }

} // namespace framex
