/// One SAX parser for all types: it fills a target as the text comes.
/// Split by what is read: reader.cpp fills typed members, reader_dynamic.cpp builds values that stay JSON.
#pragma once

#include "model/store.hpp"

#include <framex/model/json.hpp>

#include <boost/json/value_stack.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex::detail {

/// What the parser calls. The target is null where a value is skipped.
class json_filler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    json_filler(void* target, reader_ops const& ops, read_options options)
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
    bool on_key_part(json::string_view s, std::size_t, error_code&) { return keep(s); }
    bool on_key(json::string_view s, std::size_t, error_code&);
    bool on_string_part(json::string_view s, std::size_t, error_code&) { return keep(s); }
    bool on_string(json::string_view s, std::size_t, error_code&);
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t v, json::string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::int64, .i = v});
    }
    bool on_uint64(std::uint64_t v, json::string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::uint64, .u = v});
    }
    bool on_double(double v, json::string_view s, error_code&)
    {
        return scalar(number{.text = view(s), .what = number::form::real, .d = v});
    }
    bool on_bool(bool v, error_code&) { return scalar(v); }
    bool on_null(error_code&);
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    enum class mode : std::uint8_t { fill, build, skip };

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

    static std::string_view view(json::string_view s) { return {s.data(), s.size()}; }

    bool keep(json::string_view s)
    {
        if (mode_ != mode::skip)
            text_.append(s.data(), s.size());
        return true;
    }

    /// The text that ends with `s`; it lives until text_ is cleared.
    std::string_view complete(json::string_view s)
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

} // namespace framex::detail
