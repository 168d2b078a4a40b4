// The fast half of read_json: one SAX parser for all types. It fills the target; at the first misfit it only
// goes on to see whether the rest is JSON, and leaves the explanation to examine().
#include "model/store.hpp"

#include <framex/model/json.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

namespace framex::detail {
namespace {

using boost::json::string_view;

/// An open array or object of the input.
struct level {
    void* target;
    reader_ops const* ops; // null: skipped
    bool (*check)(void const*, fault*);
    void const* whole; // what `check` looks at: the target or the optional around it
    member_info const* members;
    std::size_t expected; // the member that probably comes next
    std::size_t missing; // members not seen yet
    std::size_t wide; // where the marks of the members beyond 64 begin
    std::uint64_t seen; // marks of the first 64
    place pending; // where the value of the current key goes
};

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

enum class mode : std::uint8_t { fill, build, skip };

class handler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    handler(void* target, reader_ops const& ops, read_options options)
        : root_{target, &ops, nullptr}, options_(options)
    {
    }

    bool fits() const { return mode_ != mode::skip; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(true); }
    bool on_array_begin(error_code&) { return open(false); }
    bool on_object_end(std::size_t n, error_code&);
    bool on_array_end(std::size_t n, error_code&);
    bool on_key_part(string_view s, std::size_t, error_code&) { return keep(s); }
    bool on_key(string_view s, std::size_t, error_code&);
    bool on_string_part(string_view s, std::size_t, error_code&) { return keep(s); }
    bool on_string(string_view s, std::size_t, error_code&);
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t v, string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::int64, .i = v});
    }
    bool on_uint64(std::uint64_t v, string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::uint64, .u = v});
    }
    bool on_double(double v, string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::real, .d = v});
    }
    bool on_bool(bool v, error_code&) { return scalar(v); }
    bool on_null(error_code&);
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

private:
    static std::string_view view(string_view s) { return {s.data(), s.size()}; }

    bool keep(string_view s)
    {
        if (mode_ != mode::skip)
            text_.append(s.data(), s.size());
        return true;
    }

    /// The text that ends with `s`; it lives until text_ is cleared.
    std::string_view complete(string_view s)
    {
        if (text_.empty())
            return view(s);
        return text_.append(s.data(), s.size());
    }

    bool give_up()
    {
        mode_ = mode::skip;
        return true;
    }

    place take()
    {
        if (depth_ == 0)
            return root_;
        auto& top = levels_[depth_ - 1];
        if (top.ops && top.ops->what == kind::list)
            return {top.ops->next(top.target), top.ops->inner, nullptr};
        return top.pending;
    }

    template <class V>
    bool scalar(V const& v)
    {
        if (mode_ != mode::fill) [[unlikely]]
            return mode_ == mode::skip || build(v);
        place p = take();
        if (!p.ops)
            return true;
        void* target = p.target;
        enter(p.ops, target);
        if (store(*p.ops, target, v) != misfit::none || (p.check && !p.check(p.target, nullptr)))
            return give_up();
        return true;
    }

    bool open(bool object);
    bool open_dynamic(void* target, reader_ops const& ops);
    void close_dynamic();
    bool close();
    bool build(number const& n);
    bool build(bool b);
    bool build(std::string_view s);
    bool mark(level& top, std::size_t index);
    place find_member(level& top, std::string_view key);
    bool settle_absent(level const& top);

    place root_;
    read_options options_;
    mode mode_ = mode::fill;
    std::size_t depth_ = 0;
    std::size_t built_depth_ = 0; // open containers of the json::value being built
    place built_{}; // where it goes
    std::optional<json::value_stack> stack_;
    std::string text_; // a string or key that comes in parts
    std::vector<std::uint64_t> wide_; // marks of models with more than 64 members
    level levels_[max_depth];
};

// ---- values that stay JSON ----------------------------------------------------------------------

bool handler::build(number const& n)
{
    if (n.what == number::form::int64)
        stack_->push_int64(n.i);
    else if (n.what == number::form::uint64)
        stack_->push_uint64(n.u);
    else
        stack_->push_double(exact_double(n));
    return true;
}

bool handler::build(bool b)
{
    stack_->push_bool(b);
    return true;
}

bool handler::build(std::string_view s)
{
    stack_->push_string({s.data(), s.size()});
    return true;
}

bool handler::open_dynamic(void* target, reader_ops const& ops)
{
    built_.target = target;
    built_.ops = &ops;
    if (!stack_)
        stack_.emplace();
    stack_->reset();
    built_depth_ = 1;
    mode_ = mode::build;
    return true;
}

void handler::close_dynamic()
{
    auto v = stack_->release();
    if (built_.ops->what == kind::any_object)
        *static_cast<json::object*>(built_.target) = std::move(v.get_object());
    else if (built_.ops->what == kind::any_array)
        *static_cast<json::array*>(built_.target) = std::move(v.get_array());
    else
        *static_cast<json::value*>(built_.target) = std::move(v);
    mode_ = mode::fill;
}

// ---- arrays and objects -------------------------------------------------------------------------

bool handler::open(bool object)
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

bool handler::close()
{
    auto const& top = levels_[--depth_];
    return !top.check || !top.ops || top.check(top.whole, nullptr) || give_up();
}

bool handler::on_array_end(std::size_t n, error_code&)
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

bool handler::on_object_end(std::size_t n, error_code&)
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
bool handler::settle_absent(level const& top)
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
bool handler::mark(level& top, std::size_t index)
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
place handler::find_member(level& top, std::string_view key)
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

bool handler::on_key(string_view s, std::size_t, error_code&)
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

bool handler::on_string(string_view s, std::size_t, error_code&)
{
    if (mode_ == mode::skip)
        return true;
    scalar(complete(s));
    text_.clear();
    return true;
}

bool handler::on_null(error_code&)
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

json::parse_options const strict{.max_depth = max_depth};

} // namespace

void read_dynamic(std::string_view text, void* target, reader_ops const& ops)
{
    json::basic_parser<handler> parser(strict, target, ops, read_options{});
    error_code ignored; // the text has been parsed before
    parser.write_some(false, text.data(), text.size(), ignored);
}

bool read_json(std::string_view text, void* target, reader_ops const& ops, std::vector<issue>& issues,
    location const* at, read_options options)
{
    json::basic_parser<handler> parser(strict, target, ops, options);
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
        issues.push_back(invalid_json(fault, text, consumed, loc));
    else
        examine(text, target, ops, issues, loc, options);
    return !fault;
}

} // namespace framex::detail
