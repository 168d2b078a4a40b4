#include "server/json_text.hpp"

#include <framex/model/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

namespace framex {

namespace {

/// Walks over well-formed JSON.
class json_walker {
public:
    explicit json_walker(std::string_view text) : text_(text) { skip_space(); }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    /// Takes one character and the space behind it.
    void step()
    {
        ++at_;
        skip_space();
    }
    /// A text with its quotes, a number or a word.
    std::string_view scalar()
    {
        auto const begin = at_;
        if (peek() == '"') {
            for (++at_; text_[at_] != '"'; ++at_)
                at_ += text_[at_] == '\\' ? 1U : 0U;
            ++at_;
        } else
            at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        auto const found = text_.substr(begin, at_ - begin);
        skip_space();
        return found;
    }
    /// Any value.
    std::string_view value()
    {
        auto const begin = at_;
        auto end = begin;
        int depth = 0;
        do {
            char const next = peek();
            if (std::string_view("{}[],:").find(next) == std::string_view::npos) {
                auto const found = scalar();
                end = static_cast<std::size_t>(found.data() - text_.data()) + found.size();
                continue;
            }
            depth += next == '{' || next == '[' ? 1 : next == '}' || next == ']' ? -1 : 0;
            end = at_ + 1;
            step();
        } while (depth != 0);
        return text_.substr(begin, end - begin);
    }

private:
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// The text between the quotes, without escapes.
std::string unescaped(std::string_view quoted)
{
    std::string text;
    std::vector<issue> issues;
    read_json(quoted, text, issues);
    return text;
}

/// As Python's `repr`: plain from 1e-4 to 1e16, in powers of ten beyond.
std::string python_number(std::string_view number)
{
    double v = 0;
    std::from_chars(number.data(), number.data() + number.size(), v);
    auto const size = std::fabs(v);
    bool const plain = size == 0 || (size >= 1e-4 && size < 1e16);
    char text[40];
    auto const end = std::to_chars(
        text, text + sizeof text, v, plain ? std::chars_format::fixed : std::chars_format::scientific);
    std::string spelled(text, end.ptr);
    if (plain && spelled.find('.') == spelled.npos)
        spelled += ".0";
    return spelled;
}

class json_printer {
public:
    json_printer(std::string_view text, json_form form) : in_(text), form_(form) {}

    std::string print()
    {
        value(out_);
        return std::move(out_);
    }

private:
    void value(std::string& out)
    {
        if (in_.peek() == '{')
            return object(out);
        if (in_.peek() == '[')
            return array(out);
        auto const found = in_.scalar();
        bool const is_number = found.front() == '-' || (found.front() >= '0' && found.front() <= '9');
        if (form_ == json_form::canonical && is_number && found.find_first_of(".eE") != found.npos)
            out += python_number(found);
        else
            out += found;
    }
    void array(std::string& out)
    {
        open(out, '[');
        for (bool first = true; in_.peek() != ']'; first = false) {
            separate(out, first);
            value(out);
            if (in_.peek() == ',')
                in_.step();
        }
        close(out, ']');
    }
    void object(std::string& out)
    {
        std::vector<std::pair<std::string, std::string>> members; // name, printed member
        open(out, '{');
        while (in_.peek() != '}') {
            auto const name = in_.scalar();
            in_.step(); // the colon
            std::string member(name);
            member += form_ == json_form::indented ? ": " : ":";
            value(member);
            members.emplace_back(unescaped(name), std::move(member));
            if (in_.peek() == ',')
                in_.step();
        }
        if (form_ == json_form::canonical)
            std::ranges::sort(members, {}, &std::pair<std::string, std::string>::first);
        for (bool first = true; auto const& member : members) {
            separate(out, std::exchange(first, false));
            out += member.second;
        }
        close(out, '}');
    }

    void open(std::string& out, char bracket)
    {
        in_.step();
        out += bracket;
        ++depth_;
    }
    void separate(std::string& out, bool first)
    {
        if (!first)
            out += ',';
        if (form_ == json_form::indented)
            out.append(1, '\n').append(2 * depth_, ' ');
    }
    void close(std::string& out, char bracket)
    {
        in_.step();
        --depth_;
        bool const is_empty = out.back() == '{' || out.back() == '[';
        if (form_ == json_form::indented && !is_empty)
            out.append(1, '\n').append(2 * depth_, ' ');
        out += bracket;
    }

    json_walker in_;
    json_form form_;
    std::size_t depth_ = 0;
    std::string out_;
};

} // namespace

std::string reprint_json(std::string_view text, json_form form) { return json_printer(text, form).print(); }

std::optional<std::string_view> json_member(std::string_view text, std::string_view name)
{
    json_walker in(text);
    if (in.peek() != '{')
        return std::nullopt;
    in.step();
    while (in.peek() != '}') {
        auto const found = unescaped(in.scalar());
        in.step();
        auto const value = in.value();
        if (found == name)
            return value;
        if (in.peek() == ',')
            in.step();
    }
    return std::nullopt;
}

} // namespace framex
