#include "document.hpp"
#include "shape.hpp"
#include "text_value.hpp"

#include <framex/config/nearest.hpp>

#include <algorithm>

namespace framex {

namespace {

constexpr std::string_view file_ending = "_file";

/// `server__port` as its parts.
setting_path split_name(std::string_view name)
{
    setting_path path;
    for (;;) {
        std::size_t const end = name.find("__");
        path.emplace_back(name.substr(0, end));
        if (end == name.npos)
            return path;
        name.remove_prefix(end + 2);
    }
}

std::string lower(std::string_view text)
{
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
    });
    return made;
}

/// The shape at `path`; nullptr when the settings have none there.
shape const* shape_at(setting_path const& path)
{
    shape const* at = &settings_shape();
    for (std::string const& key : path) {
        if (at->kind != shape_kind::anything)
            at = at->below(key);
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

struct variable {
    setting_path path;
    environment_entry entry;
    bool is_alias = false; ///< written with FRAMEX__
    bool is_file = false; ///< the value names a file
};

variable interpret(environment_entry entry)
{
    variable made;
    std::string name = lower(entry.name);
    if (name.starts_with("framex__")) {
        made.is_alias = true;
        name.erase(0, std::string_view("framex__").size());
    } else if (name == "reversion") {
        name = "server__reversion";
    } else if (name == "framex_server_ingress_max_ongoing_requests") {
        name = "server__ingress_config__max_ongoing_requests";
    }
    made.path = split_name(name);
    std::string& last = made.path.back();
    bool const may_name_file = made.path.size() > 1 || last.starts_with("load_");
    if (may_name_file && last.size() > file_ending.size() && last.ends_with(file_ending)) {
        setting_path plain = made.path;
        plain.back().resize(last.size() - file_ending.size());
        if (shape_at(plain) != nullptr) {
            made.path = std::move(plain);
            made.is_file = true;
        }
    }
    made.entry = std::move(entry);
    return made;
}

bool is_foreign(variable const& each)
{
    return !each.is_alias && settings_shape().below(each.path.front()) == nullptr;
}

class environment_reader {
public:
    environment_reader(setting_document& out, std::filesystem::path const& directory)
        : out_(out), directory_(directory)
    {
    }

    void add(variable each)
    {
        if (each.is_file && !load_file(each))
            return;
        shape const* const wanted = shape_at(each.path);
        json::value value =
            typed_value(each.entry.value, wanted == nullptr ? shape_kind::text : wanted->kind);
        if (each.path.size() == 2 && each.path.front() == "plugins" && !value.is_object())
            value = json::value(each.entry.value);
        place(each, std::move(value));
    }

private:
    bool load_file(variable& each)
    {
        auto content = read_file(directory_ / each.entry.value);
        if (!content) {
            problem fault{.code = "FX0105",
                .message = "the file that `" + each.entry.name + "` names cannot be read",
                .place = each.entry.origin.text()};
            fault.help = "correct the path, or let the user that runs framex read the file";
            out_.problems.push_back(std::move(fault));
            return false;
        }
        while (content->ends_with('\n') || content->ends_with('\r'))
            content->pop_back();
        each.entry.value = std::move(*content);
        return true;
    }

    /// Puts the value at its path; tables that an earlier, shallower name gave are kept.
    void place(variable const& each, json::value value)
    {
        json::object* table = &out_.values;
        setting_path path;
        for (std::size_t i = 0; i + 1 < each.path.size(); ++i) {
            path.push_back(each.path[i]);
            json::value& below = (*table)[each.path[i]];
            if (!below.is_object())
                below = json::object();
            out_.places.try_emplace(path, each.entry.origin);
            table = &below.as_object();
        }
        out_.places[each.path] = each.entry.origin;
        json::value& target = (*table)[each.path.back()];
        if (target.is_object() && value.is_object()) {
            for (auto& member : value.as_object())
                target.as_object()[member.key()] = std::move(member.value());
        } else {
            target = std::move(value);
        }
    }

    setting_document& out_;
    std::filesystem::path const& directory_;
};

} // namespace

setting_document read_environment(
    std::vector<environment_entry> entries, unknown_names unknown, std::filesystem::path const& directory)
{
    std::multimap<std::pair<std::size_t, bool>, variable> by_depth;
    for (environment_entry& entry : entries) {
        variable each = interpret(std::move(entry));
        if (unknown == unknown_names::refuse || !is_foreign(each))
            by_depth.emplace(std::pair(each.path.size(), each.is_alias), std::move(each));
    }
    setting_document document;
    environment_reader reader(document, directory);
    for (auto& [depth, each] : by_depth)
        reader.add(std::move(each));
    return document;
}

} // namespace framex
