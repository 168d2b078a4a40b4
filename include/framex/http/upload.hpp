/// A file of a form that has arrived as a whole: in memory while it is small, in a temporary file beyond
/// that.
#pragma once

#include <framex/coro/awaitable.hpp>
#include <framex/http/multipart.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

namespace detail {
class spool_file;
struct upload_content;
} // namespace detail

/// Octets that the files of one form may take in memory, all together.
inline constexpr std::size_t upload_memory = 1 << 20;

/// One file of a form. Copies share the content and read it independently; it is freed with the last of them,
/// its temporary file included. By default an empty file without a name.
class upload {
public:
    using value_type = std::string; // one piece of content, never empty

    upload() = default;
    /// A file in memory, as a test of a handler needs it.
    upload(std::string filename, std::string content, std::string content_type = "application/octet-stream");

    /// The name of the form's field; empty for a file that came with no form.
    std::string const& name() const noexcept { return name_; }
    /// The file name without any folder: no "/", no "\", no control octet, not "." or ".."; may be empty.
    std::string const& filename() const noexcept { return filename_; }
    /// As the client says it; "text/plain" when it says nothing (RFC 7578 section 4.4).
    std::string const& content_type() const noexcept { return content_type_; }
    /// In octets.
    std::uint64_t size() const noexcept;

    /// The next piece of the content, at most 64 KB, or nullopt at its end. Reads on the thread that calls; a
    /// temporary file is usually still in the system's cache. Throws std::system_error when it cannot be
    /// read.
    awaitable<std::optional<std::string>> next();

    /// The whole content, wherever next() stands. Throws http_error 413 when it is longer than `most` octets.
    std::string text(std::size_t most = upload_memory) const;

private:
    friend class upload_spool;
    upload(multipart_part const& part, std::shared_ptr<detail::upload_content const> content);

    std::string name_, filename_, content_type_;
    std::shared_ptr<detail::upload_content const> content_;
    std::uint64_t at_ = 0; // where next() goes on
};

/// Keeps the files of one form: the first ones in memory, as far as `memory` octets reach, all others in one
/// temporary file. That file has no name (it is removed as soon as it is made, in the folder that TMPDIR
/// names, else in /tmp), takes one descriptor and ends with the last upload that lies in it.
class upload_spool {
public:
    explicit upload_spool(std::size_t memory = upload_memory) noexcept : memory_(memory) {}

    /// Receives one part to its end. Holds one chunk of the body beside the memory. One call at a time; the
    /// spool must outlive it. Throws what the part throws, and std::system_error when the temporary file
    /// cannot be made or written.
    awaitable<upload> keep(multipart_part part);

private:
    void add(detail::upload_content& content, std::string_view piece);

    std::size_t memory_; // what is left of it
    std::shared_ptr<detail::spool_file> file_;
};

} // namespace framex
