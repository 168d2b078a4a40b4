#include "http/input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace framex {

namespace {
constexpr std::size_t first_buffer =
    2048; // holds what most clients send at once; many connections wait with one
} // namespace

void input_buffer::consume(std::size_t count) noexcept
{
    begin_ += count;
    if (begin_ == end_)
        begin_ = end_ = 0;
}

void input_buffer::erase(std::size_t at, std::size_t count) noexcept
{
    char* const gap = data_.get() + begin_ + at;
    if (auto const behind = size() - at - count; behind != 0) // else there may be no memory at all
        std::memmove(gap, gap + count, behind);
    end_ -= count;
}

void input_buffer::make_room(std::size_t total)
{
    if (capacity_ - begin_ >= total && end_ < capacity_)
        return;
    if (begin_) {
        std::memmove(data_.get(), data_.get() + begin_, size());
        end_ -= begin_;
        begin_ = 0;
    }
    if (capacity_ >= total && end_ < capacity_)
        return;
    auto const bigger = std::max({first_buffer, total, capacity_ * 2});
    std::unique_ptr<char[]> grown(new char[bigger]);
    if (end_)
        std::memcpy(grown.get(), data_.get(), end_);
    data_ = std::move(grown);
    capacity_ = bigger;
}

void input_buffer::release() noexcept
{
    if (empty()) {
        data_.reset();
        capacity_ = begin_ = end_ = 0;
    }
}

} // namespace framex
