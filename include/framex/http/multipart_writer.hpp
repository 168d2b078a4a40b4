/// multipart/form-data on its way out, part by part, in constant memory. RFC 7578, WHATWG HTML 4.10.22.8.
#pragma once

#include <framex/coro/async_generator.hpp>
#include <framex/http/body.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace framex {

/// A form for outgoing_request:
///
///     framex::multipart_writer form;
///     form.add("title", "Holidays").add_path("photo", "beach.jpg", "image/jpeg");
///     auto answer = co_await client.send(framex::outgoing_request("POST", url, std::move(form)));
///
/// Names are written as browsers write them: a line end is %0D%0A, a quotation mark %22, everything else as
/// it is. Contents are sent octet by octet; a line end in a text stays what it is. Every add throws
/// std::invalid_argument for an empty name, for a name, file name or type with any other control octet, and
/// for one that ends in a backslash, which receivers take for the escape of the closing quotation mark.
class multipart_writer {
public:
    static constexpr std::string_view octets = "application/octet-stream";

    /// With a boundary of 128 random bits, which no content has by chance.
    multipart_writer();
    /// With a given boundary, which no content may have. Throws std::invalid_argument unless it is 1 to 70
    /// letters, digits or any of '()+_,-./:=? (RFC 2046 section 5.1.1).
    explicit multipart_writer(std::string boundary);

    /// A field without a file name, and thus without a type.
    multipart_writer& add(std::string_view name, std::string text);
    /// A file whose content is in memory.
    multipart_writer& add_file(std::string_view name, std::string_view filename, std::string content,
        std::string_view type = octets);
    /// A file on the disk, under its own name without the folder. It is opened now and read while it is sent,
    /// on the thread that sends, 64 KB at a time; what is appended meanwhile stays out. Throws
    /// std::system_error, which names it, when it cannot be opened or is no regular file; one that has become
    /// shorter breaks the body off.
    multipart_writer& add_path(
        std::string_view name, std::string const& path, std::string_view type = octets);
    /// A file whose content is pulled while it is sent; one of another size than `size` breaks the body off.
    multipart_writer& add_pulled(std::string_view name, std::string_view filename, body_reader content,
        std::optional<std::uint64_t> size = std::nullopt, std::string_view type = octets);

    /// The Content-Type of the form, with its boundary.
    std::string content_type() const;
    /// Of the whole body; nullopt when the size of a part is not known.
    std::optional<std::uint64_t> size() const noexcept;
    /// The body in pieces; the form is empty afterwards. Throws what a part throws.
    async_generator<std::string> body() &&;

private:
    class disk_file;
    struct part;

    multipart_writer& add(part next);
    std::string head_of(
        std::string_view name, std::optional<std::string_view> filename, std::string_view type) const;
    static async_generator<std::string> pieces(std::vector<part> parts, std::string end);
    std::string end() const { return "--" + boundary_ + "--\r\n"; }

    std::string boundary_;
    std::vector<part> parts_;
};

/// One part: its head, and where its content is.
struct multipart_writer::part {
    explicit part(std::string lines) : head(std::move(lines)) {}

    std::string head;
    std::variant<std::string, std::shared_ptr<disk_file const>, body_reader> content;
    std::optional<std::uint64_t> size; ///< of the content
};

} // namespace framex
