// Preloaded into a program, it lets one allocation fail: the N-th one after the test has written N into the
// shared file FRAMEX_FAILING_MALLOC. `operator new`, coroutine frames and C libraries all allocate by these
// functions.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

/// The shared file; failing_allocations.py writes and reads it.
struct orders {
    std::int64_t left; ///< allocations until the one that fails; 0: none fails
    std::int64_t period; ///< after it every so many; 0: only one fails
    std::int64_t failed; ///< how many have failed
};

orders* given = nullptr;
int told = -1; ///< a file that gets the stack of the allocation that failed last

[[gnu::constructor]] void begin()
{
    auto const* const file = std::getenv("FRAMEX_FAILING_MALLOC");
    auto const* const stack = std::getenv("FRAMEX_FAILING_STACK");
    if (!file || !stack)
        return;
    int const opened = ::open(file, O_RDWR | O_CLOEXEC);
    void* const shared = ::mmap(nullptr, sizeof(orders), PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
    told = ::open(stack, O_RDWR | O_CLOEXEC);
    if (shared == MAP_FAILED || told < 0)
        std::abort();
    void* frame = nullptr;
    ::backtrace(&frame, 1); // what it loads, it loads now
    given = static_cast<orders*>(shared);
}

bool fails() noexcept
{
    if (!given || __atomic_load_n(&given->left, __ATOMIC_RELAXED) <= 0
        || __atomic_sub_fetch(&given->left, 1, __ATOMIC_RELAXED) != 0)
        return false;
    void* frames[64]; // while it is told, none fails
    int const depth = ::backtrace(frames, 64);
    if (::ftruncate(told, 0) == 0 && ::lseek(told, 0, SEEK_SET) == 0)
        ::backtrace_symbols_fd(frames, depth, told);
    __atomic_add_fetch(&given->failed, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&given->left, given->period, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return true;
}

} // namespace

extern "C" {

void* malloc(std::size_t size) noexcept { return fails() ? nullptr : __libc_malloc(size); }

void* calloc(std::size_t count, std::size_t size) noexcept
{
    return fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* block, std::size_t size) noexcept
{
    return fails() ? nullptr : __libc_realloc(block, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    return fails() ? nullptr : __libc_memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept
{
    if (fails())
        return ENOMEM;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

} // extern "C"
