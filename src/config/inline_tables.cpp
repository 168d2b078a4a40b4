#include "inline_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace framex {

namespace {

class joiner {
public:
    explicit joiner(std::string_view toml) : text_(toml) {}

    std::string run()
    {
        std::string const original = text_;
        while (at_ < text_.size())
            step();
        return inside_inline_table() ? original : std::move(text_);
    }

private:
    void step()
    {
        switch (text_[at_]) {
        case '"':
        case '\'':
            skip_string(text_[at_]);
            return;
        case '#':
            skip_comment();
            return;
        case '{':
        case '[':
            open_.push_back(text_[at_]);
            break;
        case '}':
            drop_trailing_comma();
            close('{');
            break;
        case ']':
            close('[');
            break;
        case '\n':
        case '\r':
            if (inside_inline_table())
                text_[at_] = ' ';
            break;
        default:
            break;
        }
        ++at_;
    }

    bool inside_inline_table() const { return std::ranges::find(open_, '{') != open_.end(); }

    void close(char opening)
    {
        if (!open_.empty() && open_.back() == opening)
            open_.pop_back();
    }

    void skip_string(char quote)
    {
        bool const is_long = text_.compare(at_, 3, std::string(3, quote)) == 0;
        std::size_t const width = is_long ? 3 : 1;
        for (at_ += width; at_ < text_.size(); ++at_) {
            if (quote == '"' && text_[at_] == '\\') {
                ++at_;
            } else if (!is_long && text_[at_] == '\n') {
                return;
            } else if (text_.compare(at_, width, std::string(width, quote)) == 0) {
                at_ += width;
                while (is_long && at_ < text_.size() && text_[at_] == quote)
                    ++at_;
                return;
            }
        }
        at_ = text_.size();
    }

    void skip_comment()
    {
        for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
            if (inside_inline_table())
                text_[at_] = ' ';
        }
    }

    void drop_trailing_comma()
    {
        std::size_t const last = text_.find_last_not_of(" \t\n\r", at_ - 1);
        if (at_ != 0 && last != std::string::npos && text_[last] == ',' && inside_inline_table())
            text_[last] = ' ';
    }

    std::string text_;
    std::size_t at_ = 0;
    std::vector<char> open_;
};

} // namespace

std::string join_inline_tables(std::string_view toml) { return joiner(toml).run(); }

} // namespace framex
