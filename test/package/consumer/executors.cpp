/// Calls each specialization that Boost.Asio compiles once and that GCC and clang name differently;
/// src/other_names.cpp must define them all, else this does not link.
#include <framex/coro/awaitable.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

namespace asio = boost::asio;
namespace execution = asio::execution;

int wrong = 0;

template <class Executor, class Property>
void check(Executor const& executor, Property property, char const* what)
{
    if (asio::query(executor, Property()) == property)
        return;
    ++wrong;
    std::cout << what << ": the executor has another property\n";
}

template <class Executor>
void check_shared(Executor const& executor)
{
    using execution::outstanding_work, execution::relationship;
    check(asio::prefer(executor, outstanding_work.tracked), outstanding_work.tracked, "tracked");
    check(asio::prefer(executor, outstanding_work.untracked), outstanding_work.untracked, "untracked");
    check(asio::prefer(executor, relationship.fork), relationship.fork, "fork");
    check(asio::prefer(executor, relationship.continuation), relationship.continuation, "continuation");
}

int main()
{
    using execution::blocking;
    asio::io_context context;
    asio::any_io_executor const io(context.get_executor());
    check_shared(io);
    check(asio::require(io, blocking.never), blocking.never, "never");
    check(asio::prefer(io, blocking.possibly), blocking.possibly, "possibly");
    check_shared(asio::any_completion_executor(context.get_executor()));
    std::cout << (wrong ? "wrong\n" : "right\n");
    return wrong;
}
