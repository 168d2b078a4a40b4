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

/// Where the starter of this program ignored SIGCHLD, the kernel would not tell how a child has ended.
void keep_ends()
{
    struct sigaction now{};
    ::sigaction(SIGCHLD, nullptr, &now);
    if (now.sa_handler == SIG_IGN)
        ::signal(SIGCHLD, SIG_DFL);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> made;
    for (auto& text : texts)
        made.push_back(text.data());
    made.push_back(nullptr);
    return made;
}

/// A process in a group of its own, ended with this object.
class child {
public:
    child(std::vector<std::string>& command, std::vector<std::string>& environment, int output)
    {
        keep_ends();
        auto const words = pointers_to(command);
        auto const variables = pointers_to(environment);
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
        int const error = ::posix_spawnp(&id_, words.front(), &files, &how, words.data(), variables.data());
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
        pid_t seen = 0;
        while ((seen = ::waitpid(id_, &status, 0)) < 0 && errno == EINTR)
            ;
        is_over_ = true; // by now its number may be another's
        return seen == id_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
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

std::vector<std::string> current_environment()
{
    std::vector<std::string> variables;
    for (char const* const* each = environ; each && *each; ++each)
        variables.emplace_back(*each);
    return variables;
}

awaitable<process_end> run_process(std::vector<std::string> command, std::vector<std::string> environment)
{
    auto const executor = co_await asio::this_coro::executor;
    descriptor const output(::memfd_create("output", MFD_CLOEXEC), "cannot keep the output of a program");
    child running(command, environment, output.get());
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
