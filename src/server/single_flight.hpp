/// Of several who want the same thing at the same time, one fetches it and the others wait for it.
#pragma once

#include "server/cache_store.hpp"

#include <framex/coro/awaitable.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace framex {

/// All members may be called on any thread. Outlives its leaders and those who wait.
class single_flight {
    struct flight;

public:
    /// How a flight ended: a value, an error, or neither when its leader gave up.
    struct outcome {
        kept_value value{};
        std::exception_ptr error{};
        outcome() = default; // no aggregate: it is the result of a coroutine
    };

    /// Whoever fetches. One that is destroyed without an end has given up.
    class leader {
    public:
        leader(single_flight& all, std::string key, std::shared_ptr<flight> own);
        leader(leader&&) noexcept = default;
        leader& operator=(leader&&) = delete;
        ~leader();

        /// Whether nobody took over since.
        bool is_latest() const;
        void end(outcome how);

    private:
        single_flight* all_;
        std::string key_;
        std::shared_ptr<flight> flight_; ///< null once ended
    };

    /// Leads for `key`; nullopt when somebody does already.
    std::optional<leader> try_lead(std::string const& key);
    /// Leads for `key` from now on; who waits for the former leader still gets what that one fetches.
    leader take_over(std::string const& key);
    /// Waits for the end of the present flight; neither value nor error when there is none or its leader gave
    /// up. Throws operation_aborted when cancelled.
    awaitable<outcome> wait(std::string key);

private:
    struct waiter;

    void finish(std::string const& key, flight& ended, outcome how);

    mutable std::mutex guard_;
    std::unordered_map<std::string, std::shared_ptr<flight>> flights_;
};

} // namespace framex
