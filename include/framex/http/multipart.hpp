/// multipart/form-data read part by part, chunk by chunk, in constant memory. RFC 7578, RFC 2046 section 5.1.
#pragma once

#include <framex/error.hpp>
#include <framex/http/body.hpp>
#include <framex/http/message.hpp>

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace framex {

/// What a form may cost; sizes in octets. Whatever is over its limit is answered 413.
struct multipart_limits {
    std::uint32_t parts = 1'000;
    std::uint32_t head = 16'384; // the head of one part
    std::uint32_t head_fields = 20;
    std::uint32_t name = 1'024; // a name or a file name
    std::uint64_t field = 65'536; // content of a part without file name
    std::uint64_t file = std::numeric_limits<std::uint64_t>::max(); // content of a part with one
    std::uint32_t outside = 65'536; // preamble and epilogue, each
};

/// The boundary that a Content-Type names, if it is multipart/form-data with exactly one good boundary (a
/// token or a quoted string of 1 to 70 characters, RFC 2046 section 5.1.1).
std::optional<std::string> boundary_of(std::string_view content_type);

/// What the head of one part says.
struct part_head {
    std::string name;
    std::optional<std::string> filename; // the last part of the path that was sent; may be empty
    std::string content_type = "text/plain"; // the default of RFC 7578 section 4.4
    fields headers;

    part_head() = default;
};

/// Takes a form apart without any I/O: push octets at any split, then pull events until need_more.
/// A fault is thrown as http_error 400 (413 for a limit), and again at every later call.
class multipart_parser {
public:
    enum class event { need_more, part_begin, data, part_end, end };

    explicit multipart_parser(std::string_view boundary, multipart_limits const& limits = {});

    /// Gives the next octets of the body.
    void push(std::string&& octets);
    /// Says that the body has ended; what is missing becomes a fault.
    void finish() noexcept { finished_ = true; }
    /// The next event. After `end` it stays `end`, but pushed octets are still counted as epilogue.
    event next();

    /// The head of the part, after part_begin; may be moved from.
    part_head& head() noexcept { return head_; }
    /// The content, after data: never empty, valid until the next call of push() or next().
    std::string_view data() const noexcept { return data_; }
    /// The same as a text of its own, without a copy where that is possible; data() is empty afterwards.
    std::string take_data();
    /// The octets that the events since the last call were read from, just as they came: for whoever passes
    /// the body on once it was looked at. What may still become something else stays. data() is empty
    /// afterwards; not together with take_data().
    std::string take_passed();

private:
    enum class step : unsigned char { preamble, head, content, epilogue };
    enum class border : unsigned char { none, unknown, part, close };
    struct found { // a border, or how far there is none
        border what;
        std::size_t at, length;
    };

    std::string_view unread() const noexcept { return std::string_view(buffer_).substr(at_); }
    std::optional<event> read();
    std::optional<event> read_preamble();
    std::optional<event> read_head();
    std::optional<event> read_content();
    event hand_over(std::size_t size);
    event starve(char const* missing) const;
    void skip_outside(std::size_t size);
    std::size_t find_delimiter(std::string_view text, std::size_t from) const noexcept;
    border judge(std::string_view rest, std::size_t& length) const noexcept;
    found find_border() const noexcept;
    void cross(found const& border_line);

    multipart_limits limits_;
    std::string delimiter_; // CR LF "--" boundary
    std::bitset<4096> pairs_; ///< its octets, two by two, see pair_of()
    std::string buffer_;
    std::size_t own_ = 2; ///< octets at its beginning that are not of the body
    std::string_view data_;
    part_head head_;
    std::optional<http_error> fault_;
    std::size_t at_ = 0, searched_ = 0; // in the buffer, and from there on
    std::uint64_t size_ = 0; // of this part's content so far, or of what was skipped outside
    std::uint32_t parts_ = 0;
    step step_ = step::preamble;
    bool is_file_ = false, finished_ = false;
};

namespace detail {
struct multipart_source;
}

/// One part. Pull its content before the reader moves on; what was not pulled is skipped.
class multipart_part {
public:
    using value_type = std::string; // one piece of content, never empty

    multipart_part(
        part_head head, std::shared_ptr<detail::multipart_source> source, std::uint64_t number) noexcept;

    std::string const& name() const noexcept { return head_.name; }
    /// The file name without any folder: no "/", no "\", no control octet, not "." or ".."; empty when a file
    /// input was left empty, nullopt for a plain field.
    std::optional<std::string> const& filename() const noexcept { return head_.filename; }
    std::string const& content_type() const noexcept { return head_.content_type; }
    bool is_file() const noexcept { return head_.filename.has_value(); }
    fields const& headers() const noexcept { return head_.headers; }

    /// The next piece of content, or nullopt at the part's end and once the reader has moved on.
    /// Throws http_error 400 or 413 for a broken form. At most one call on form and part may be outstanding.
    awaitable<std::optional<std::string>> next();

private:
    part_head head_;
    std::shared_ptr<detail::multipart_source> source_;
    std::uint64_t number_;
};

/// The parts of one form in the order they arrive; holds one chunk of the body at a time.
class multipart_reader {
public:
    using value_type = multipart_part;

    multipart_reader(body_reader body, std::string_view boundary, multipart_limits const& limits = {});

    /// The next part, or nullopt at the end of the form (the body has then been read to its end). Skips what
    /// is left of the part before. Throws http_error 400 or 413 for a broken form.
    awaitable<std::optional<multipart_part>> next();

private:
    std::shared_ptr<detail::multipart_source> source_;
};

} // namespace framex
