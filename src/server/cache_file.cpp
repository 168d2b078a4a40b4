// The store of `cache.mode = "file"`.
#include "server/cache_store.hpp"
#include "server/json_text.hpp"

#include <framex/model/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace framex {

namespace {

namespace files = std::filesystem;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct entry_metadata {
    std::string key;
    std::string store_key;
    std::string store;
    std::string created_at;
    std::optional<std::string> expires_at;
    std::int64_t ttl = 0;
    std::string path;
    std::string method;
    json::value request_body;
};
BOOST_DESCRIBE_STRUCT(
    entry_metadata, (), (key, store_key, store, created_at, expires_at, ttl, path, method, request_body))

/// What is read of a file; the value is taken from its text, which keeps every digit.
struct entry_file {
    entry_metadata metadata;
    json::value value;
};
BOOST_DESCRIBE_STRUCT(entry_file, (), (metadata, value))

// ---- times ------------------------------------------------------------------------------------------

constexpr hours zone{8}; // the files' own, wherever they are written

std::string to_iso(cache_time time)
{
    auto const since = std::chrono::floor<microseconds>(time.time_since_epoch() + zone);
    std::time_t const whole = std::chrono::floor<seconds>(since).count();
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    char text[64];
    auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (auto const fraction = since - seconds(whole); fraction.count() != 0)
        size += static_cast<std::size_t>(
            std::snprintf(text + size, sizeof text - size, ".%06d", static_cast<int>(fraction.count())));
    return std::string(text, size) + "+08:00";
}

/// `YYYY-MM-DDTHH:MM:SS[.ffffff]+HH:MM`; nullopt for anything else.
std::optional<cache_time> from_iso(std::string const& text)
{
    std::tm parts{};
    int date_end = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
            &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &date_end)
        != 6)
        return std::nullopt;
    auto rest = std::string_view(text).substr(static_cast<std::size_t>(date_end));
    int fraction = 0;
    if (rest.starts_with('.')) {
        auto const end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
        for (std::size_t place = 1; place <= 6; ++place)
            fraction = fraction * 10 + (place < end ? rest[place] - '0' : 0);
        rest.remove_prefix(end);
    }
    int offset_hours = 0, offset_minutes = 0, used = 0;
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-')
        || std::sscanf(rest.data() + 1, "%2d:%2d%n", &offset_hours, &offset_minutes, &used) != 2 || used != 5)
        return std::nullopt;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    auto const offset = (hours(offset_hours) + minutes(offset_minutes)) * (rest[0] == '-' ? -1 : 1);
    return cache_time(seconds(::timegm(&parts))) - offset + microseconds(fraction);
}

// ---- files ------------------------------------------------------------------------------------------

class descriptor {
public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_;
};

[[noreturn]] void cannot_write(files::path const& file)
{
    throw std::system_error(errno, std::generic_category(), file.string());
}

std::optional<std::string> read_file(files::path const& file)
{
    descriptor const from(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat state{};
    if (!from || ::fstat(from.get(), &state) != 0 || !S_ISREG(state.st_mode))
        return std::nullopt;
    std::string text(static_cast<std::size_t>(state.st_size), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        auto const more = ::read(from.get(), text.data() + size, text.size() - size);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            break;
        size += static_cast<std::size_t>(more);
    }
    text.resize(size);
    return text;
}

/// A new file that only its owner may read, as old as `created`.
void write_file(files::path const& file, std::string_view text, cache_time created)
{
    descriptor const to(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!to)
        cannot_write(file);
    while (!text.empty()) {
        auto const written = ::write(to.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR)
            cannot_write(file);
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    auto const since = std::chrono::floor<std::chrono::nanoseconds>(created.time_since_epoch());
    auto const whole = std::chrono::floor<seconds>(since);
    timespec const time{whole.count(), (since - whole).count()};
    timespec const both[2] = {time, time};
    if (::futimens(to.get(), both) != 0)
        cannot_write(file);
}

class file_store final : public cache_store {
public:
    file_store(files::path folder, std::size_t max_size) : folder_(std::move(folder)), max_size_(max_size) {}

    kept_value find(cache_key const& key, cache_time now) override
    {
        auto const text = read_file(place_of(key));
        return text ? value_in(*text, key, now) : nullptr;
    }

    void keep(cache_key const& key, kept_value value, cache_time now, seconds ttl) override
    {
        files::create_directories(folder_);
        auto const file = place_of(key);
        auto const beside = folder_
            / ("." + key.hash + "." + std::to_string(::getpid()) + "." + std::to_string(++writes_) + ".tmp");
        bool const is_new = !files::exists(file);
        try {
            write_file(beside, text_of(key, *value, now, ttl), now);
            files::rename(beside, file);
        } catch (...) {
            std::error_code ignored;
            files::remove(beside, ignored);
            throw;
        }
        if (is_new)
            count_one();
    }

private:
    files::path place_of(cache_key const& key) const { return folder_ / (key.hash + ".json"); }

    static kept_value value_in(std::string const& text, cache_key const& key, cache_time now)
    {
        entry_file found;
        std::vector<issue> issues;
        if (!read_json(text, found, issues) || !issues.empty())
            return nullptr;
        auto const& about = found.metadata;
        if (about.key != key.text || about.store_key != key.hash)
            return nullptr;
        if (about.expires_at) {
            auto const expires = from_iso(*about.expires_at);
            if (!expires || *expires <= now)
                return nullptr;
        }
        auto const value = json_member(text, "value");
        return value ? std::make_shared<std::string const>(reprint_json(*value, json_form::compact))
                     : nullptr;
    }

    static std::string text_of(cache_key const& key, std::string_view value, cache_time now, seconds ttl)
    {
        std::string body;
        for (auto const& [name, argument] : key.arguments) {
            body += body.empty() ? "{" : ",";
            write_json(body, name);
            body.append(":").append(argument);
        }
        body += body.empty() ? "{}" : "}";
        std::string text =
            "{\"metadata\":{\"key\":" + to_json(key.text) + ",\"store_key\":" + to_json(key.hash);
        text += ",\"store\":\"file\",\"created_at\":" + to_json(to_iso(now)) + ",\"expires_at\":";
        text += ttl.count() < 0 ? std::string("null") : to_json(to_iso(now + ttl));
        text += ",\"ttl\":" + std::to_string(ttl.count()) + ",\"path\":" + to_json(key.entry->path);
        text += ",\"method\":" + to_json(key.entry->method) + ",\"request_body\":" + body + "},\"value\":";
        text.append(value).append("}");
        return reprint_json(text, json_form::indented);
    }

    /// Notes a new file; looks into the folder for the first one and when there are too many.
    void count_one()
    {
        std::lock_guard const guard(guard_);
        if (count_ && ++*count_ <= max_size_)
            return;
        count_ = drop_oldest();
    }

    /// Of too many files, removes the oldest, an eighth more than must go, so that not every new one looks
    /// into the folder; and what a process left half-written. How many are there now.
    std::size_t drop_oldest() const
    {
        std::vector<std::pair<files::file_time_type, files::path>> found;
        std::error_code ignored;
        auto const long_ago = files::file_time_type::clock::now() - hours(1);
        for (auto const& each : files::directory_iterator(folder_)) {
            auto const stem = each.path().stem().string();
            auto const time = each.last_write_time(ignored);
            if (each.path().extension() == ".json" && stem.size() == 64
                && stem.find_first_not_of("0123456789abcdef") == stem.npos)
                found.emplace_back(time, each.path());
            else if (each.path().extension() == ".tmp" && stem.starts_with('.') && time < long_ago)
                files::remove(each.path(), ignored);
        }
        auto const beyond = found.size() > max_size_ ? found.size() - max_size_ + max_size_ / 8 : 0;
        std::ranges::nth_element(found, found.begin() + static_cast<std::ptrdiff_t>(beyond));
        for (std::size_t i = 0; i < beyond; ++i)
            files::remove(found[i].second, ignored);
        return found.size() - beyond;
    }

    files::path folder_;
    std::size_t max_size_;
    std::atomic<unsigned> writes_ = 0;
    std::mutex guard_;
    std::optional<std::size_t> count_; ///< files as far as known; nullopt: not looked yet
};

} // namespace

std::unique_ptr<cache_store> make_file_store(std::filesystem::path folder, std::size_t max_size)
{
    return std::make_unique<file_store>(std::move(folder), max_size);
}

} // namespace framex
