/// async_generator<T>: one coroutine body that awaits Asio operations and yields items.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/coro/detail/generator_base.hpp>
#include <framex/coro/detail/operation_awaiter.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace framex {

template <class T>
class next_operation;
struct stream_access;

/// A lazily started stream of `T`: the body runs only while the consumer waits for the next item, so a slow
/// consumer holds the producer back without any buffer.
///
/// The body may await any deferred operation of Asio (`asio::deferred`, sleep_for), any `awaitable<U>`, and
/// another generator's next(); the last costs a few nanoseconds, an awaitable a spawn. It yields an rvalue
/// (handed on in place), an lvalue (copied) or a braced list. Parameters are taken by value.
///
/// Everything happens on the consumer's executor: one thread or a strand. Dropped between two items, the body
/// is destroyed at once. Dropped inside an operation, that is cancelled and the body is destroyed when it has
/// ended, and so are the generators that it pulls from: destructors run, catch blocks do not. One of those
/// that outlives it, since it was lent, gives nothing more: its next() throws operation_aborted.
template <class T>
class [[nodiscard]] async_generator {
    static_assert(!std::is_aggregate_v<T>,
        "framex: give the item type a constructor (GCC 12 destroys a yielded aggregate twice)");

public:
    using value_type = T;
    class promise_type;

    /// An empty stream: next() gives nullopt.
    async_generator() noexcept = default;
    async_generator(async_generator&& other) noexcept : body_(std::exchange(other.body_, {})) {}
    async_generator& operator=(async_generator&& other) noexcept
    {
        std::swap(body_, other.body_);
        return *this;
    }
    ~async_generator()
    {
        if (body_)
            body_.promise().drop();
    }

    /// Runs the body to its next co_yield: an awaitable of the item, or of nullopt once the body has
    /// returned. Rethrows what the body threw; after that every call gives nullopt. One call at a time, and
    /// the generator stays where it is until the call has ended. Cancelling the call cancels what the body
    /// awaits, and the body unwinds.
    next_operation<T> next() { return next_operation<T>(*this); }

private:
    friend struct stream_access;
    explicit async_generator(std::coroutine_handle<promise_type> body) noexcept : body_(body) {}

    std::coroutine_handle<promise_type> body_;
};

/// For loops that drive many streams: no allocation and no Asio until the body really waits.
///
///     stream_access::set_executor(g, executor);
///     for (;;) {
///         if (!stream_access::step(g))
///             co_await stream_access::wait(g);
///         auto* item = stream_access::item(g); // null at the end
///     }
struct stream_access {
    /// The executor on which the body's operations complete; before the first step.
    template <class T>
    static void set_executor(async_generator<T>& g, asio::any_io_executor const& executor)
    {
        if (g.body_)
            g.body_.promise().executor_ = executor;
    }
    /// Runs the body. True: an item, the end or an exception is there for item(). False: it waits; see
    /// wait().
    template <class T>
    static bool step(async_generator<T>& g)
    {
        if (!g.body_ || g.body_.promise().done_)
            return true;
        return g.body_.promise().step(g.body_);
    }
    /// Whether a body that step() left waiting has arrived meanwhile.
    template <class T>
    static bool settled(async_generator<T> const& g) noexcept
    {
        return !g.body_ || g.body_.promise().settled();
    }
    /// The item, or null at the end; it lives until the next step. Throws what the body threw, once, and
    /// operation_aborted when it was abandoned.
    template <class T>
    static T* item(async_generator<T>& g)
    {
        if (!g.body_)
            return nullptr;
        auto& promise = g.body_.promise();
        if (promise.error_)
            std::rethrow_exception(std::exchange(promise.error_, nullptr));
        if (promise.abandoned())
            throw boost::system::system_error(asio::error::operation_aborted);
        return std::exchange(promise.item_, nullptr);
    }

    /// What a generator is whatever its items are: its abandon() makes a body that step() left waiting end
    /// without running on, as a drop does, and wait() completes then. Null for an empty one.
    template <class T>
    static detail::generator_base* body_of(async_generator<T>& g) noexcept
    {
        return g.body_ ? &g.body_.promise() : nullptr;
    }

    template <class T>
    struct wait_operation {
        detail::generator_base* generator;

        template <asio::completion_token_for<void()> Token> // constrained: asio::awaitable probes with other
                                                            // types
        auto operator()(Token&& token) const
        {
            return asio::async_initiate<Token, void()>(
                [g = generator](
                    auto handler) { g->wait(detail::generator_base::waiter(std::move(handler))); },
                token);
        }
    };
    /// An operation of signature void() that completes once the body has arrived; only after step() gave
    /// false. Its cancellation reaches what the body awaits; it then completes when the body has unwound.
    template <class T>
    static wait_operation<T> wait(async_generator<T>& g) noexcept
    {
        return {body_of(g)};
    }
};

template <class T>
class async_generator<T>::promise_type : public detail::generator_base {
    class pause {
    public:
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}
    };
    class copied { // a yielded lvalue: the copy lives in the body while the consumer has it
    public:
        copied(T const& item, promise_type& self) : item_(item), self_(self) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) noexcept { self_.hand_out(item_); }
        void await_resume() const noexcept {}

    private:
        T item_;
        promise_type& self_;
    };
    class executor_awaiter {
    public:
        explicit executor_awaiter(asio::any_io_executor executor) : executor_(std::move(executor)) {}
        bool await_ready() const noexcept { return true; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        asio::any_io_executor await_resume() { return std::move(executor_); }

    private:
        asio::any_io_executor executor_;
    };
    template <class U>
    class source_awaiter
        : detail::operation_awaiter<stream_access::wait_operation<U>> { // another generator's next()
        using base = detail::operation_awaiter<stream_access::wait_operation<U>>;

    public:
        source_awaiter(async_generator<U>& source, promise_type& self)
            : base(stream_access::wait(source), self), source_(source), self_(self)
        {
        }
        bool await_ready()
        {
            stream_access::set_executor(source_, self_.executor_);
            return stream_access::step(source_);
        }
        void await_suspend(std::coroutine_handle<> body)
        {
            self_.source_ = stream_access::body_of(source_);
            try {
                base::await_suspend(body);
            } catch (...) { // no memory: the body goes on, and nothing is awaited
                self_.source_ = nullptr;
                throw;
            }
        }
        std::optional<U> await_resume()
        {
            self_.source_ = nullptr;
            return next_operation<U>::take(source_);
        }

    private:
        async_generator<U>& source_;
        promise_type& self_;
    };

public:
    async_generator get_return_object()
    {
        auto body = std::coroutine_handle<promise_type>::from_promise(*this);
        this->frame_ = body;
        return async_generator(body);
    }
    pause initial_suspend() const noexcept { return {}; }
    pause final_suspend() noexcept
    {
        this->done_ = true;
        item_ = nullptr;
        this->arrive();
        return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { this->error_ = std::current_exception(); }

    pause yield_value(T&& item) noexcept
    {
        hand_out(item);
        return {};
    }
    copied yield_value(T const& item) { return copied(item, *this); }

    executor_awaiter await_transform(asio::this_coro::executor_t)
    {
        return executor_awaiter(this->executor_);
    }
    template <class Op>
        requires(asio::is_async_operation<Op>::value)
    auto await_transform(Op operation)
    {
        return detail::operation_awaiter<Op>(std::move(operation), *this);
    }
    template <class U>
    auto await_transform(asio::awaitable<U> coroutine)
    {
        if constexpr (std::is_void_v<U> || std::is_default_constructible_v<U>) {
            using operation = detail::awaitable_operation<U>;
            return detail::operation_awaiter<operation>(
                operation{std::move(coroutine), this->executor_}, *this);
        } else
            return detail::boxed_awaiter<U>(std::move(coroutine), *this);
    }
    template <class U>
    source_awaiter<U> await_transform(next_operation<U> operation)
    {
        return source_awaiter<U>(operation.source(), *this);
    }

private:
    friend struct framex::stream_access;
    void hand_out(T& item) noexcept
    {
        item_ = &item;
        this->arrive();
    }

    T* item_ = nullptr; // lives in the body until that is resumed
};

/// What next() returns: an awaitable, so `||`, co_spawn and every Asio coroutine take it; another generator's
/// body recognises it and steps the source directly, without running the awaitable.
template <class T>
class [[nodiscard]] next_operation : public asio::awaitable<std::optional<T>> {
public:
    explicit next_operation(async_generator<T>& g) : asio::awaitable<std::optional<T>>(pull(g)), source_(&g)
    {
    }

    async_generator<T>& source() const noexcept { return *source_; }
    /// The item of a source that has arrived.
    static std::optional<T> take(async_generator<T>& g)
    {
        T* item = stream_access::item(g);
        return item ? std::optional<T>(std::move(*item)) : std::nullopt;
    }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the caller of next() keeps it
    static asio::awaitable<std::optional<T>> pull(async_generator<T>& g)
    {
        stream_access::set_executor(g, co_await asio::this_coro::executor);
        if (!stream_access::step(g))
            co_await stream_access::wait(g);
        T* item = stream_access::item(g);
        if (!item)
            co_return std::nullopt;
        co_return std::optional<T>(std::move(*item));
    }

    async_generator<T>* source_;
};

} // namespace framex
