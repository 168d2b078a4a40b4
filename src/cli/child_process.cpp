#include "child_process.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace framex::cli {

namespace {

constexpr std::size_t kept_output = 1 << 20;

[[noreturn]] void fail(int error, std::string const& what)
{
    throw boost::system::system_error(error, boost::system::system_category(), what);
}

class descriptor {
public:
    descriptor(int number, std::string const& what) : number_(number)
    {
        if (number < 0)
            fail(errno, what);
    }
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() { ::close(number_); }
    int get() const noexcept { return number_; }

private:
    int number_;
};

/// A process in a group of its own, ended with this object.
class child {
public:
    child(std::vector<std::string>& command, int output)
    {
        std::vector<char*> words;
        for (auto& word : command)
            words.push_back(word.data());
        words.push_back(nullptr);
        posix_spawn_file_actions_t files;
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1); // sockets would stay open
        posix_spawnattr_t how;
        ::posix_spawnattr_init(&how);
        ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&how, &none);
        int const error = ::posix_spawnp(&id_, words.front(), &files, &how, words.data(), environ);
        ::posix_spawnattr_destroy(&how);
        ::posix_spawn_file_actions_destroy(&files);
        if (error)
            fail(error, "cannot run `" + command.front() + "`");
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child()
    {
        if (is_over_)
            return;
        ::kill(-id_, SIGTERM);
        for (int i = 0; i < 200; ++i, ::usleep(10'000))
            if (::waitpid(id_, nullptr, WNOHANG) != 0)
                return;
        ::kill(-id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    pid_t id() const noexcept { return id_; }
    /// Whether it ended well; it has ended.
    bool reap()
    {
        int status = 0;
        is_over_ = ::waitpid(id_, &status, 0) == id_;
        return is_over_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

private:
    pid_t id_ = 0;
    bool is_over_ = false;
};

std::string content_of(int file)
{
    std::string text(kept_output, '\0');
    auto const size = ::pread(file, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return text;
}

} // namespace

awaitable<process_end> run_process(std::vector<std::string> command)
{
    auto const executor = co_await asio::this_coro::executor;
    descriptor const output(::memfd_create("output", MFD_CLOEXEC), "cannot keep the output of a program");
    child running(command, output.get());
    asio::posix::stream_descriptor end(executor);
    int const handle = static_cast<int>(::syscall(SYS_pidfd_open, running.id(), 0));
    if (handle < 0)
        fail(errno, "cannot wait for `" + command.front() + "`");
    end.assign(handle);
    co_await end.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred);
    process_end result;
    result.succeeded = running.reap();
    result.output = content_of(output.get());
    co_return result;
}

} // namespace framex::cli
