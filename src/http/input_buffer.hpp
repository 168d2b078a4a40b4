/// The octets of a connection that were read and not yet used.
#pragma once

#include <cstddef>
#include <memory>

namespace framex {

/// Grows as needed, gives its memory back when empty.
class input_buffer {
public:
    char const* begin() const noexcept { return data_.get() + begin_; }
    char const* end() const noexcept { return data_.get() + end_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }

    /// Drops the first `count` octets.
    void consume(std::size_t count) noexcept;
    /// Closes a gap of `count` octets, `at` octets after begin().
    void erase(std::size_t at, std::size_t count) noexcept;
    /// Room for at least one more octet, and for `total` octets in all. Moves what is there.
    void make_room(std::size_t total);
    char* free_begin() noexcept { return data_.get() + end_; }
    std::size_t free_size() const noexcept { return capacity_ - end_; }
    void commit(std::size_t count) noexcept { end_ += count; }
    /// Octets of memory that it holds.
    std::size_t capacity() const noexcept { return capacity_; }
    /// Gives the memory back when nothing is in it.
    void release() noexcept;

private:
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

} // namespace framex
