/// Memory that an operation which is begun again and again has for itself: it can be begun when there is no
/// other.
#pragma once

#include <framex/fwd.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cstddef>
#include <new>
#include <utility>

namespace framex {

/// One block of 512 octets, enough for a wait of Asio; whatever does not fit comes from the heap. It outlives
/// the operation, whose memory may be given back on another thread.
class reserved_memory {
public:
    reserved_memory() = default;
    reserved_memory(reserved_memory const&) = delete;
    reserved_memory& operator=(reserved_memory const&) = delete;

    void* allocate(std::size_t size)
    {
        if (size > sizeof block_ || is_used_.exchange(true, std::memory_order_acquire))
            return ::operator new(size);
        return block_;
    }
    void deallocate(void* memory) noexcept
    {
        if (memory == block_)
            is_used_.store(false, std::memory_order_release);
        else
            ::operator delete(memory);
    }

private:
    alignas(std::max_align_t) std::byte block_[512];
    std::atomic<bool> is_used_ = false;
};

/// The allocator for asio::bind_allocator.
template <class T>
class reserved_allocator {
public:
    using value_type = T;

    explicit reserved_allocator(reserved_memory& memory) noexcept : memory_(&memory) {}
    template <class U>
    reserved_allocator(reserved_allocator<U> const& other) noexcept : memory_(other.memory_)
    {
    }
    T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t) noexcept { memory_->deallocate(memory); }
    bool operator==(reserved_allocator const&) const noexcept = default;

private:
    template <class U>
    friend class reserved_allocator;

    reserved_memory* memory_;
};

/// `handler`, whose operation lives in `memory`.
template <class Handler>
auto in_reserved(reserved_memory& memory, Handler handler)
{
    return asio::bind_allocator(reserved_allocator<std::byte>(memory), std::move(handler));
}

/// Posts `f`, which keeps `memory` alive. It cannot fail on an io_context's own executor; another one takes
/// memory of its own, and throws bad_alloc.
template <class F>
void post_in_reserved(asio::any_io_executor const& executor, reserved_memory& memory, F f)
{
    if (auto const* own = executor.target<asio::io_context::executor_type>())
        asio::post(*own, in_reserved(memory, std::move(f)));
    else
        asio::post(executor, std::move(f));
}

} // namespace framex
