// Values that stay JSON: json::value and its arrays and objects.
#include "model/reader.hpp"

namespace framex::detail {

bool json_filler::build(number const& n)
{
    if (n.what == number::form::int64)
        stack_->push_int64(n.i);
    else if (n.what == number::form::uint64)
        stack_->push_uint64(n.u);
    else
        stack_->push_double(exact_double(n));
    return true;
}

bool json_filler::build(bool b)
{
    stack_->push_bool(b);
    return true;
}

bool json_filler::build(std::string_view s)
{
    stack_->push_string({s.data(), s.size()});
    return true;
}

bool json_filler::open_dynamic(void* target, reader_ops const& ops)
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

void json_filler::close_dynamic()
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

} // namespace framex::detail
