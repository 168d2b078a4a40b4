/// Where answers are kept, and under which key.
#pragma once

#include <framex/plugin/route.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace framex {

using cache_time = std::chrono::system_clock::time_point;

/// A result as JSON, shared by those who answer with it.
using kept_value = std::shared_ptr<std::string const>;

/// What an answer is found by, and what is told of it in a file. Refers to the route.
struct cache_key {
    std::string
        text; ///< `{"kwargs":{…},"method":"GET","path":"/api/v1/x"}`, or what the route's own function says
    std::string hash; ///< its SHA-256 in hex
    argument_texts arguments;
    route const* entry;

    /// Of the arguments, in canonical JSON.
    cache_key(route const& of, argument_texts with);
    /// Of the text that the route's own function made of them.
    cache_key(route const& of, argument_texts with, std::string own_text);
};

/// May be used by several threads at once.
class cache_store {
public:
    virtual ~cache_store() = default;
    /// What is kept and has not expired; null when there is none.
    virtual kept_value find(cache_key const& key, cache_time now) = 0;
    /// Keeps `value` from `now` on, for `ttl`, -1 s for ever; drops what is oldest beyond the size.
    /// Throws when it cannot.
    virtual void keep(cache_key const& key, kept_value value, cache_time now, std::chrono::seconds ttl) = 0;
};

/// In memory, at most `max_size` values.
std::unique_ptr<cache_store> make_memory_store(std::size_t max_size);

/// In files `<folder>/<hash>.json`, about `max_size` of them; other processes may use the folder, too. An
/// entry is written beside its place and then renamed; a broken or expired one stays until it is replaced or
/// is among the oldest, for what lies there may be another one by the time it is removed. The calls wait for
/// the file system.
std::unique_ptr<cache_store> make_file_store(std::filesystem::path folder, std::size_t max_size);

} // namespace framex
