/// How a generator's body awaits an asynchronous operation of Asio, or an awaitable.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/coro/detail/generator_base.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <tuple>
#include <type_traits>
#include <variant>

namespace framex::detail {

inline std::exception_ptr as_exception(error_code const& ec)
{
    return ec ? std::make_exception_ptr(boost::system::system_error(ec)) : nullptr;
}
inline std::exception_ptr as_exception(std::exception_ptr e) { return e; }

/// The signature of a completion: whether it begins with an error, and its values.
template <class S>
struct completion;
template <class R, class... A>
struct completion<R(A...)> {
    using values = std::tuple<std::decay_t<A>...>;
    static constexpr bool fails = false;
};
template <class R, class... A>
struct completion<R(error_code, A...)> {
    using values = std::tuple<std::decay_t<A>...>;
    static constexpr bool fails = true;
};
template <class R, class... A>
struct completion<R(std::exception_ptr, A...)> {
    using values = std::tuple<std::decay_t<A>...>;
    static constexpr bool fails = true;
};

template <class... A>
auto unwrap(std::tuple<A...>&& t)
{
    if constexpr (sizeof...(A) == 1)
        return std::get<0>(std::move(t));
    else if constexpr (sizeof...(A) > 1)
        return std::move(t);
}

template <class Awaiter>
struct operation_handler {
    using executor_type = asio::any_io_executor;
    using cancellation_slot_type = asio::cancellation_slot;

    resumer owner;
    Awaiter* awaiter; // in the frame that `owner` keeps

    executor_type get_executor() const noexcept { return owner.generator().executor_; }
    cancellation_slot_type get_cancellation_slot() const noexcept { return owner.generator().cancel_.slot(); }

    template <class... A>
    void operator()(A... values)
    {
        owner.generator().cancel_.slot().clear(); // an ended operation must not be cancelled any more
        if (!owner.generator().abandoned())
            awaiter->take(std::move(values)...);
        owner.resume();
    }
};

template <class Op>
class operation_awaiter {
    using signature = typename asio::completion_signature_of<Op>::type;
    using result = completion<signature>;

public:
    operation_awaiter(Op op, generator_base& g) : op_(std::move(op)), generator_(g) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>)
    {
        std::move(op_)(operation_handler<operation_awaiter>{resumer(generator_), this});
    }
    auto await_resume()
    {
        if (error_)
            std::rethrow_exception(std::move(error_));
        return unwrap(std::move(*values_));
    }

    template <class E, class... A>
    void take(E first, A... rest)
    {
        if constexpr (result::fails) {
            error_ = as_exception(std::move(first));
            values_.emplace(std::move(rest)...);
        } else
            values_.emplace(std::move(first), std::move(rest)...);
    }
    void take() { values_.emplace(); }

private:
    Op op_;
    generator_base& generator_;
    std::exception_ptr error_;
    std::optional<typename result::values> values_;
};

/// co_spawn wants a result that can be default constructed: an optional can, whatever it holds.
template <class T>
awaitable<std::optional<T>> boxed(awaitable<T> coroutine)
{
    co_return std::optional<T>(co_await std::move(coroutine));
}
inline awaitable<std::optional<std::monostate>> boxed(awaitable<void> coroutine)
{
    co_await std::move(coroutine);
    co_return std::optional<std::monostate>(std::in_place);
}

/// An awaitable as an asynchronous operation of the body.
template <class T>
struct awaitable_operation {
    awaitable<T> coroutine;
    asio::any_io_executor executor;

    template <class Token>
    auto operator()(Token&& token) &&
    {
        return asio::co_spawn(executor, std::move(coroutine), std::forward<Token>(token));
    }
};

template <class T>
class boxed_awaiter : public operation_awaiter<awaitable_operation<std::optional<T>>> {
    using base = operation_awaiter<awaitable_operation<std::optional<T>>>;

public:
    boxed_awaiter(awaitable<T> coroutine, generator_base& g)
        : base(awaitable_operation<std::optional<T>>{boxed(std::move(coroutine)), g.executor_}, g)
    {
    }
    T await_resume()
    {
        auto value = base::await_resume();
        return std::move(*value);
    }
};

} // namespace framex::detail
