#include "server/cache_store.hpp"

#include "http/sha256.hpp"
#include "server/json_text.hpp"

#include <framex/model/json.hpp>

#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace framex {

namespace {

std::string text_of_arguments(route const& entry, argument_texts const& arguments)
{
    std::string text = "{\"kwargs\":{";
    for (bool first = true; auto const& [name, value] : arguments) {
        text += std::exchange(first, false) ? "" : ",";
        write_json(text, name);
        text.append(":").append(value);
    }
    text += "},\"method\":";
    write_json(text, entry.method);
    text += ",\"path\":";
    write_json(text, entry.path);
    text += '}';
    return reprint_json(text, json_form::canonical);
}

/// In the order of their creation, found by their hash.
class memory_store final : public cache_store {
public:
    explicit memory_store(std::size_t max_size) : max_size_(max_size) {}

    kept_value find(cache_key const& key, cache_time now) override
    {
        std::lock_guard const guard(guard_);
        auto const found = by_hash_.find(key.hash);
        if (found == by_hash_.end())
            return nullptr;
        if (found->second->expires && *found->second->expires <= now) {
            drop(found->second);
            return nullptr;
        }
        return found->second->value;
    }

    void keep(cache_key const& key, kept_value value, cache_time now, std::chrono::seconds ttl) override
    {
        std::lock_guard const guard(guard_);
        if (auto const old = by_hash_.find(key.hash); old != by_hash_.end())
            drop(old->second);
        auto& made = entries_.emplace_back(key.hash, std::move(value));
        if (ttl.count() >= 0)
            made.expires = now + ttl;
        by_hash_.emplace(made.hash, std::prev(entries_.end()));
        if (entries_.size() > max_size_)
            drop(entries_.begin());
    }

private:
    struct entry {
        std::string hash;
        kept_value value;
        std::optional<cache_time> expires{};
        entry(std::string h, kept_value v) : hash(std::move(h)), value(std::move(v)) {}
    };
    using place = std::list<entry>::iterator;

    void drop(place where)
    {
        by_hash_.erase(where->hash);
        entries_.erase(where);
    }

    std::size_t max_size_;
    std::mutex guard_;
    std::list<entry> entries_; // the oldest first
    std::unordered_map<std::string_view, place> by_hash_;
};

} // namespace

cache_key::cache_key(route const& of, argument_texts with)
    : text(text_of_arguments(of, with)), hash(sha256_hex(text)), arguments(std::move(with)), entry(&of)
{
}

cache_key::cache_key(route const& of, argument_texts with, std::string own_text)
    : text(std::move(own_text)), hash(sha256_hex(text)), arguments(std::move(with)), entry(&of)
{
}

std::unique_ptr<cache_store> make_memory_store(std::size_t max_size)
{
    return std::make_unique<memory_store>(max_size);
}

} // namespace framex
