// Preloaded into a program, it lets one allocation fail: the N-th one after the test has written N into the
// shared file FRAMEX_FAILING_MALLOC. `operator new`, coroutine frames and C libraries all allocate by these
// functions; the memory is the next library's: a sanitizer's where the program has one.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

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
    ::unsetenv("LD_PRELOAD"); // what the program starts is not meant: a sanitizer's symbolizer
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

/// The function of that name in the libraries behind this one.
template <class F>
F* next(char const* name) noexcept
{
    return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

void* malloc(std::size_t size) noexcept
{
    static auto* const memory = next<void*(std::size_t)>("malloc");
    return fails() ? nullptr : memory(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept
{
    static auto* const memory = next<void*(std::size_t, std::size_t)>("calloc");
    return fails() ? nullptr : memory(count, size);
}

void* realloc(void* block, std::size_t size) noexcept
{
    static auto* const memory = next<void*(void*, std::size_t)>("realloc");
    return fails() ? nullptr : memory(block, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    static auto* const memory = next<void*(std::size_t, std::size_t)>("aligned_alloc");
    return fails() ? nullptr : memory(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept
{
    static auto* const memory = next<int(void**, std::size_t, std::size_t)>("posix_memalign");
    return fails() ? ENOMEM : memory(block, alignment, size);
}

} // extern "C"

void* operator new(std::size_t size) // a sanitizer's own does not call malloc
{
    if (void* const made = malloc(size))
        return made;
    throw std::bad_alloc();
}

void* operator new[](std::size_t size) { return operator new(size); }

void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return malloc(size); }
