/// What is noted of a request while it is served, for the app's access sink.
#pragma once

#include <framex/http/head.hpp>
#include <framex/server/access.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace framex {

/// One for each connection of an app that has an access sink; used again for every request.
class request_watch {
public:
    /// A request begins; `head` null: it could not be read.
    void begin(request_head const* head);
    bool is_active() const noexcept { return active_; }
    std::string const& request_id() const noexcept { return request_id_; }
    void note_path(std::string_view path, std::string_view route);
    /// `answer` is what was written: a whole answer, or the head of a stream.
    void note_answer(std::string_view answer);
    void note_stream() { record_.stream.emplace(); }
    void note_items(std::uint64_t items, std::size_t octets);
    /// Tells the sink; until the next begin() nothing more is told.
    void end(access_sink const& sink, request_end how);

    asio::ip::tcp::endpoint peer{};

private:
    std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - began_; }

    access_record record_{};
    std::string method_;
    std::string path_;
    std::string request_id_;
    std::chrono::steady_clock::time_point began_{};
    bool active_ = false;
};

/// The text of an exception.
std::string text_of(std::exception_ptr const& error);

} // namespace framex
