// The slow half of read_json: reads a text that is known to be JSON once more, in declaration order, and says
// of every value that does not fit what is wrong. Of equal keys only the last one is looked at.
#include "model/store.hpp"

#include <framex/model/writer.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>

namespace framex::detail {
namespace {

/// A longer key is cut where it becomes part of a location.
constexpr std::size_t max_name = 256;

char const* skip_blanks(char const* p)
{
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        ++p;
    return p;
}

/// `p` at the opening quote; returns behind the closing one.
char const* skip_string(char const* p)
{
    for (++p; *p != '"'; ++p)
        if (*p == '\\')
            ++p;
    return p + 1;
}

/// The end of the value that begins at `p`. Numbers and words end at `end` or at a mark.
char const* skip_value(char const* p, char const* end)
{
    int open = 0;
    do {
        switch (*p) {
        case '"':
            p = skip_string(p);
            break;
        case '[':
        case '{':
            ++open, ++p;
            break;
        case ']':
        case '}':
            --open, ++p;
            break;
        case ',':
        case ':':
        case ' ':
        case '\n':
        case '\r':
        case '\t':
            ++p;
            break;
        default:
            p = std::find_if(p, end, [](char c) { return c <= ' ' || c == ',' || c == ']' || c == '}'; });
        }
    } while (open > 0);
    return p;
}

std::string decoded(std::string_view quoted)
{
    if (quoted.find('\\') == std::string_view::npos)
        return std::string(quoted.substr(1, quoted.size() - 2));
    auto const v = json::parse({quoted.data(), quoted.size()});
    return {v.get_string().data(), v.get_string().size()};
}

/// The value's text without blanks between its parts.
std::string compact(std::string_view value)
{
    std::string out;
    if (value.size() > max_input)
        return out;
    for (char const *p = value.data(), *end = p + value.size(); p != end;) {
        auto const* const from = p;
        if (*p == '"') {
            p = skip_string(p);
            out.append(from, p);
        } else if (p = skip_blanks(p); p == from)
            out += *p++;
    }
    return out;
}

std::string name_of_key(std::string key)
{
    if (key.size() > max_name) {
        auto size = max_name;
        while ((key[size] & 0xC0) == 0x80)
            --size;
        key.resize(size);
        key += "...";
    }
    return key;
}

class examiner {
public:
    examiner(std::string_view text, std::vector<issue>& issues, location const& at, read_options options)
        : p_(text.data()), end_(p_ + text.size()), issues_(issues), first_(issues.size()), path_(at),
          options_(options)
    {
    }

    void visit(place where);

private:
    bool full() const { return issues_.size() - first_ >= max_issues; }

    void add(fault why, char const* from, char const* to)
    {
        if (!full())
            issues_.emplace_back(std::move(why.type), path_, std::move(why.msg),
                compact({from, static_cast<std::size_t>(to - from)}), std::move(why.ctx));
    }

    void visit_step(std::variant<std::string, std::size_t> step, place where)
    {
        path_.push_back(std::move(step));
        visit(where);
        path_.pop_back();
    }

    std::string_view span_to(char const* to) const { return {p_, static_cast<std::size_t>(to - p_)}; }
    std::string read_key();
    misfit visit_value(reader_ops const& ops, void* target);
    misfit visit_scalar(reader_ops const& ops, void* target);
    void visit_list(reader_ops const& ops, void* target);
    void visit_map(reader_ops const& ops, void* target);
    void visit_object(reader_ops const& ops, void* target);
    void visit_members(reader_ops const& ops, void* target, std::vector<char const*> const& values,
        char const* from, char const* to);

    char const* p_;
    char const* end_;
    std::vector<issue>& issues_;
    std::size_t first_;
    location path_;
    read_options options_;
};

/// Reads the value at p_ and moves behind it.
void examiner::visit(place where)
{
    p_ = skip_blanks(p_);
    auto const* const from = p_;
    auto const* const to = skip_value(from, end_);
    auto const before = issues_.size();
    auto const* ops = where.ops;
    void* target = where.target;
    if (*p_ == 'n' && ops->what == kind::optional)
        ops->clear(target);
    else {
        enter(ops, target);
        if (auto const wrong = visit_value(*ops, target); wrong != misfit::none)
            add(explain(wrong, *ops), from, to);
    }
    fault why;
    if (issues_.size() == before && where.check && !where.check(where.target, &why))
        add(std::move(why), from, to);
    p_ = to;
}

misfit examiner::visit_value(reader_ops const& ops, void* target)
{
    bool const object = *p_ == '{';
    bool const array = *p_ == '[';
    switch (ops.what) {
    case kind::any_object:
    case kind::any_array:
        if (ops.what == kind::any_object ? !object : !array)
            return wrong_kind(ops);
        [[fallthrough]];
    case kind::any_value:
        read_dynamic(span_to(skip_value(p_, end_)), target, ops);
        return misfit::none;
    case kind::list:
        if (!array)
            return wrong_kind(ops);
        visit_list(ops, target);
        return misfit::none;
    case kind::map:
    case kind::object:
        if (!object)
            return wrong_kind(ops);
        ops.what == kind::map ? visit_map(ops, target) : visit_object(ops, target);
        return misfit::none;
    default:
        return visit_scalar(ops, target);
    }
}

misfit examiner::visit_scalar(reader_ops const& ops, void* target)
{
    auto const text = span_to(skip_value(p_, end_));
    switch (text[0]) {
    case '"':
        return store(ops, target, std::string_view(decoded(text)));
    case 't':
    case 'f':
        return store(ops, target, text[0] == 't');
    case 'n':
    case '[':
    case '{':
        return wrong_kind(ops);
    default:
        return store(ops, target, classify(text));
    }
}

void examiner::visit_list(reader_ops const& ops, void* target)
{
    ops.clear(target);
    p_ = skip_blanks(p_ + 1);
    for (std::size_t i = 0; *p_ != ']' && !full(); ++i) {
        visit_step(i, {ops.next(target), ops.inner, nullptr});
        p_ = skip_blanks(p_);
        if (*p_ == ',')
            p_ = skip_blanks(p_ + 1);
    }
}

/// p_ at a key; moves to its value.
std::string examiner::read_key()
{
    auto const* const behind = skip_string(p_);
    auto key = decoded(span_to(behind));
    p_ = skip_blanks(skip_blanks(behind) + 1);
    return key;
}

void examiner::visit_map(reader_ops const& ops, void* target)
{
    struct faulty {
        std::string key;
        std::size_t first;
        std::size_t count;
    };
    std::vector<faulty> known;
    ops.clear(target);
    p_ = skip_blanks(p_ + 1);
    while (*p_ != '}' && !full()) {
        auto key = read_key();
        auto const old =
            std::find_if(known.begin(), known.end(), [&](auto const& f) { return f.key == key; });
        if (old != known.end()) { // the later value counts
            auto const at = issues_.begin() + static_cast<std::ptrdiff_t>(old->first);
            issues_.erase(at, at + static_cast<std::ptrdiff_t>(old->count));
            for (auto& later : known)
                later.first -= later.first > old->first ? old->count : 0;
            known.erase(old);
        }
        auto const before = issues_.size();
        visit_step(name_of_key(key), {ops.entry(target, key), ops.inner, nullptr});
        if (issues_.size() != before)
            known.push_back({std::move(key), before, issues_.size() - before});
        p_ = skip_blanks(p_);
        if (*p_ == ',')
            p_ = skip_blanks(p_ + 1);
    }
}

void examiner::visit_object(reader_ops const& ops, void* target)
{
    struct extra_key {
        std::string name;
        char const* value;
        char const* end;
    };
    auto const* const from = p_;
    auto const* const members = ops.members();
    std::vector<char const*> values(ops.count, nullptr);
    std::vector<extra_key> extras;
    p_ = skip_blanks(p_ + 1);
    while (*p_ != '}') {
        auto key = read_key();
        auto const* const value = p_;
        p_ = skip_value(p_, end_);
        auto const* const found =
            std::find_if(members, members + ops.count, [&](auto const& m) { return m.name == key; });
        if (found != members + ops.count)
            values[static_cast<std::size_t>(found - members)] = value;
        else if (options_.unknown == unknown_keys::refuse && extras.size() < max_issues) {
            auto name = name_of_key(std::move(key));
            auto const same =
                std::find_if(extras.begin(), extras.end(), [&](auto const& e) { return e.name == name; });
            if (same == extras.end())
                extras.push_back({std::move(name), value, p_});
            else
                same->value = value, same->end = p_;
        }
        p_ = skip_blanks(p_);
        if (*p_ == ',')
            p_ = skip_blanks(p_ + 1);
    }
    visit_members(ops, target, values, from, p_ + 1);
    for (auto& [name, value, end] : extras) {
        path_.emplace_back(std::move(name));
        add(explain(misfit::extra, ops), value, end);
        path_.pop_back();
    }
}

void examiner::visit_members(reader_ops const& ops, void* target, std::vector<char const*> const& values,
    char const* from, char const* to)
{
    auto const* const members = ops.members();
    for (std::size_t i = 0; i < ops.count && !full(); ++i) {
        auto const& member = members[i];
        void* const at = static_cast<char*>(target) + member.offset;
        if (values[i]) {
            p_ = values[i];
            visit_step(std::string(member.name), {at, member.ops, member.check});
        } else if (member.required) {
            path_.emplace_back(std::string(member.name));
            add(explain(misfit::missing, ops), from, to);
            path_.pop_back();
        } else if (member.reset_when_absent)
            member.ops->clear(at);
    }
}

} // namespace

void examine(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const& at, read_options options)
{
    if (ops.what == kind::object)
        ops.clear(target);
    examiner(text, issues, at, options).visit({target, &ops, nullptr});
}

bool is_utf8(std::string_view text) noexcept
{
    auto const* p = reinterpret_cast<unsigned char const*>(text.data());
    auto const* const end = p + text.size();
    while (p != end) {
        auto const c = *p++;
        if (c < 0x80)
            continue;
        std::ptrdiff_t const more = c >= 0xC2 && c <= 0xDF ? 1
            : c >= 0xE0 && c <= 0xEF                       ? 2
            : c >= 0xF0 && c <= 0xF4                       ? 3
                                                           : 0;
        if (more == 0 || end - p < more)
            return false;
        // RFC 3629 section 4: no overlong forms, no surrogates, nothing beyond U+10FFFF
        auto const low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
        auto const high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        if (*p < low || *p > high)
            return false;
        for (auto const* const next = p + more; ++p != next;)
            if ((*p & 0xC0) != 0x80)
                return false;
    }
    return true;
}

std::string shown(std::string_view text)
{
    std::string input;
    if (text.size() <= max_input && is_utf8(text))
        write_text(input, text);
    return input;
}

bool read_text(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const& at)
{
    auto const* inner = &ops;
    enter(inner, target);
    if (!is_utf8(text)) {
        issues.emplace_back("string_unicode", at,
            "Input should be a valid string, unable to parse raw data as a unicode string");
        return false;
    }
    auto const wrong = store(*inner, target, text);
    if (wrong == misfit::none)
        return true;
    auto why = explain(wrong, *inner);
    issues.emplace_back(std::move(why.type), at, std::move(why.msg), shown(text), std::move(why.ctx));
    return false;
}

} // namespace framex::detail
