// The fast half of read_json: the parser fills the target; at the first misfit it only goes on to see whether
// the rest is JSON, and leaves the explanation to examine().
#include "model/reader.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cstring>

namespace framex::detail {
namespace {

json::parse_options strict(std::size_t depth)
{
    json::parse_options options;
    options.max_depth = depth;
    return options;
}

/// a == b without a call for names of up to 16 octets.
bool equal(std::string_view a, std::string_view b)
{
    auto const n = a.size();
    if (n != b.size())
        return false;
    auto const differ = [&]<class W>(W x, W y, std::size_t at) {
        std::memcpy(&x, a.data() + at, sizeof x);
        std::memcpy(&y, b.data() + at, sizeof y);
        return x ^ y;
    };
    if (n > 16)
        return std::memcmp(a.data(), b.data(), n) == 0;
    if (n >= 8)
        return (differ(std::uint64_t{}, std::uint64_t{}, 0) | differ(std::uint64_t{}, std::uint64_t{}, n - 8))
            == 0;
    if (n >= 4)
        return (differ(std::uint32_t{}, std::uint32_t{}, 0) | differ(std::uint32_t{}, std::uint32_t{}, n - 4))
            == 0;
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

} // namespace

bool json_filler::open(bool object)
{
    if (mode_ != mode::fill) [[unlikely]] {
        built_depth_ += mode_ == mode::build ? 1 : 0;
        return true;
    }
    place p = take();
    auto& top = levels_[depth_]; // the parser keeps the depth below max_depth
    top = {nullptr, nullptr, p.check, p.target, nullptr, 0, 0, 0, 0, {}};
    if (p.ops) {
        void* target = p.target;
        enter(p.ops, target);
        auto const what = p.ops->what;
        if (what == kind::any_value || what == (object ? kind::any_object : kind::any_array)) {
            return open_dynamic(target, *p.ops);
        }
        if (object ? what != kind::object && what != kind::map : what != kind::list)
            return give_up();
        top.target = target;
        top.ops = p.ops;
        if (what == kind::object) {
            top.members = p.ops->members();
            top.missing = p.ops->count;
            top.wide = wide_.size();
            if (p.ops->count > 64)
                wide_.resize(top.wide + (p.ops->count - 1) / 64);
        } else
            p.ops->clear(target);
    }
    ++depth_;
    return true;
}

bool json_filler::close()
{
    auto const& top = levels_[--depth_];
    return !top.check || !top.ops || top.check(top.whole, nullptr) || give_up();
}

bool json_filler::on_array_end(std::size_t n, error_code&)
{
    if (mode_ == mode::fill)
        return close();
    if (mode_ == mode::build) {
        stack_->push_array(n);
        if (--built_depth_ == 0)
            close_dynamic();
    }
    return true;
}

bool json_filler::on_object_end(std::size_t n, error_code&)
{
    if (mode_ == mode::fill) {
        auto const& top = levels_[depth_ - 1];
        if (top.missing != 0 && !settle_absent(top))
            return give_up();
        if (top.ops && top.ops->count > 64)
            wide_.resize(top.wide);
        return close();
    }
    if (mode_ == mode::build) {
        stack_->push_object(n);
        if (--built_depth_ == 0)
            close_dynamic();
    }
    return true;
}

/// Empties the optionals that did not come; false when a required member did not.
bool json_filler::settle_absent(level const& top)
{
    for (std::size_t i = 0; i < top.ops->count; ++i) {
        auto const marks = i < 64 ? top.seen : wide_[top.wide + i / 64 - 1];
        if ((marks >> (i % 64) & 1) != 0)
            continue;
        if (top.members[i].required)
            return false;
        if (top.members[i].reset_when_absent)
            top.members[i].ops->clear(static_cast<char*>(top.target) + top.members[i].offset);
    }
    return true;
}

/// Notes that a member came; false when it did before.
bool json_filler::mark(level& top, std::size_t index)
{
    auto& marks = index < 64 ? top.seen : wide_[top.wide + index / 64 - 1];
    auto const bit = std::uint64_t{1} << (index % 64);
    if ((marks & bit) != 0)
        return false;
    marks |= bit;
    --top.missing;
    return true;
}

/// Where the value of `key` goes, or nowhere: an unknown key, or one that came before.
place json_filler::find_member(level& top, std::string_view key)
{
    auto const count = top.ops->count;
    auto i = top.expected;
    for (std::size_t tried = 0; tried < count;
        ++tried, ++i) { // members usually come in order: one comparison
        if (i >= count)
            i = 0;
        auto const& member = top.members[i];
        if (!equal(member.name, key))
            continue;
        if (!mark(top, i)) {
            give_up(); // examine() takes the last of equal keys
            return {};
        }
        top.expected = i + 1;
        return {static_cast<char*>(top.target) + member.offset, member.ops, member.check};
    }
    if (options_.unknown == unknown_keys::refuse)
        give_up();
    return {};
}

bool json_filler::on_key(json::string_view s, std::size_t, error_code&)
{
    if (mode_ == mode::skip)
        return true;
    auto const key = complete(s);
    if (mode_ == mode::build)
        stack_->push_key({key.data(), key.size()});
    else {
        auto& top = levels_[depth_ - 1];
        if (!top.ops)
            top.pending = {};
        else if (top.ops->what == kind::object)
            top.pending = find_member(top, key);
        else
            top.pending = {top.ops->entry(top.target, key), top.ops->inner, nullptr};
    }
    text_.clear();
    return true;
}

bool json_filler::on_string(json::string_view s, std::size_t, error_code&)
{
    if (mode_ == mode::skip)
        return true;
    scalar(complete(s));
    text_.clear();
    return true;
}

bool json_filler::on_null(error_code&)
{
    if (mode_ == mode::skip)
        return true;
    if (mode_ == mode::build) {
        stack_->push_null();
        return true;
    }
    auto const p = take();
    if (!p.ops)
        return true;
    if (p.ops->what == kind::optional)
        p.ops->clear(p.target);
    else if (p.ops->what == kind::any_value)
        static_cast<json::value*>(p.target)->emplace_null();
    else
        give_up();
    return true;
}

void read_dynamic(std::string_view text, void* target, reader_ops const& ops)
{
    json::basic_parser<json_filler> parser(strict(max_depth), target, ops, read_options{});
    error_code ignored; // the text has been parsed before
    parser.write_some(false, text.data(), text.size(), ignored);
}

bool read_json(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const* at, read_options options)
{
    options.depth = std::min(options.depth, max_depth); // json_filler has no more levels
    json::basic_parser<json_filler> parser(strict(options.depth), target, ops, options);
    error_code fault;
    auto consumed = parser.write_some(false, text.data(), text.size(), fault);
    if (!fault && consumed != text.size()) {
        consumed = std::min(text.find_first_not_of(" \t\n\r", consumed), text.size());
        if (consumed != text.size())
            fault = json::error::extra_data;
    }
    if (!fault && parser.handler().fits()) [[likely]]
        return true;
    auto const loc = at ? *at : location{std::string("body")};
    if (fault)
        issues.push_back(invalid_json(fault, text, consumed, options.depth, loc));
    else
        examine(text, target, ops, issues, loc, options);
    return !fault;
}

} // namespace framex::detail
