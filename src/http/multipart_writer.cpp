#include <framex/http/message.hpp>
#include <framex/http/multipart.hpp>
#include <framex/http/multipart_writer.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace framex {

namespace {

constexpr std::uint64_t piece_size = 65536; // of a file

std::string random_boundary()
{
    std::random_device source;
    std::string text = "framex-";
    for (int word = 0; word < 4; ++word) {
        auto bits = source();
        for (int digit = 0; digit < 8; ++digit, bits >>= 4)
            text += "0123456789abcdef"[bits & 15];
    }
    return text;
}

/// A name as it stands between quotation marks. LF, CR and CR LF are all one line end.
std::string escaped(std::string_view name)
{
    std::string text;
    for (std::size_t at = 0; at < name.size(); ++at) {
        char const c = name[at];
        if (c == '\r' || c == '\n') {
            at += name.substr(at).starts_with("\r\n") ? 1u : 0u;
            text += "%0D%0A";
        } else if (c == '"')
            text += "%22";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            throw std::invalid_argument("the name of a part has a control character");
        else
            text += c;
    }
    if (text.ends_with('\\'))
        throw std::invalid_argument("the name of a part ends in a backslash");
    return text;
}

} // namespace

/// A file that is open for reading.
class multipart_writer::disk_file {
public:
    explicit disk_file(std::string const& path)
        : name_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {
        if (descriptor_ < 0)
            fail(errno, "cannot be opened");
        struct stat seen{};
        int const fault = ::fstat(descriptor_, &seen) != 0 ? errno : 0;
        if (fault == 0 && S_ISREG(seen.st_mode)) {
            size_ = static_cast<std::uint64_t>(seen.st_size);
            return;
        }
        ::close(descriptor_);
        fail(fault != 0 ? fault : EINVAL, "is no regular file");
    }
    disk_file(disk_file const&) = delete;
    disk_file& operator=(disk_file const&) = delete;
    ~disk_file() { ::close(descriptor_); }

    std::uint64_t size() const noexcept { return size_; }
    std::string read(std::uint64_t from) const
    {
        std::string piece(static_cast<std::size_t>(std::min(piece_size, size_ - from)), '\0');
        ssize_t got = -1;
        do
            got = ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(from));
        while (got < 0 && errno == EINTR);
        if (got < 0)
            fail(errno, "cannot be read");
        if (got == 0)
            fail(EIO, "has become shorter while it was sent");
        piece.resize(static_cast<std::size_t>(got));
        return piece;
    }

private:
    [[noreturn]] void fail(int why, char const* what) const
    {
        throw std::system_error(why, std::generic_category(), "the file " + name_ + " " + what);
    }

    std::string name_;
    int descriptor_;
    std::uint64_t size_ = 0;
};

multipart_writer::multipart_writer() : boundary_(random_boundary()) {}

multipart_writer::multipart_writer(std::string boundary) : boundary_(std::move(boundary))
{
    if (boundary_of(content_type()) != boundary_)
        throw std::invalid_argument("a boundary is 1 to 70 letters, digits and '()+_,-./:=?");
}

std::string multipart_writer::head_of(
    std::string_view name, std::optional<std::string_view> filename, std::string_view type) const
{
    if (name.empty())
        throw std::invalid_argument("a part needs a name");
    std::string head = "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + escaped(name) + '"';
    if (filename)
        head += "; filename=\"" + escaped(*filename) + '"';
    if (type.empty())
        return head + "\r\n\r\n";
    if (!valid_field_value(type))
        throw std::invalid_argument("the type of a part is no media type");
    return head.append("\r\nContent-Type: ").append(type) + "\r\n\r\n";
}

multipart_writer& multipart_writer::add(part next)
{
    parts_.push_back(std::move(next));
    return *this;
}

multipart_writer& multipart_writer::add(std::string_view name, std::string text)
{
    part next(head_of(name, std::nullopt, {}));
    next.size = text.size();
    next.content = std::move(text);
    return add(std::move(next));
}

multipart_writer& multipart_writer::add_file(
    std::string_view name, std::string_view filename, std::string content, std::string_view type)
{
    part next(head_of(name, filename, type));
    next.size = content.size();
    next.content = std::move(content);
    return add(std::move(next));
}

multipart_writer& multipart_writer::add_path(
    std::string_view name, std::string const& path, std::string_view type)
{
    part next(head_of(name, std::filesystem::path(path).filename().string(), type));
    auto file = std::make_shared<disk_file const>(path);
    next.size = file->size();
    next.content = std::move(file);
    return add(std::move(next));
}

multipart_writer& multipart_writer::add_pulled(std::string_view name, std::string_view filename,
    body_reader content, std::optional<std::uint64_t> size, std::string_view type)
{
    part next(head_of(name, filename, type));
    next.size = size;
    next.content = std::move(content);
    return add(std::move(next));
}

std::string multipart_writer::content_type() const
{
    bool const is_plain = std::ranges::all_of(boundary_, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (is_plain)
        return "multipart/form-data; boundary=" + boundary_;
    return "multipart/form-data; boundary=\"" + boundary_ + '"';
}

std::optional<std::uint64_t> multipart_writer::size() const noexcept
{
    std::uint64_t total = end().size();
    for (auto const& one : parts_) {
        if (!one.size)
            return std::nullopt;
        total += one.head.size() + *one.size + 2;
    }
    return total;
}

async_generator<std::string> multipart_writer::body() && { return pieces(std::exchange(parts_, {}), end()); }

async_generator<std::string> multipart_writer::pieces(std::vector<part> parts, std::string end)
{
    std::string text; // what goes out with the next piece
    for (auto& one : parts) {
        text += one.head;
        if (auto* const content = std::get_if<std::string>(&one.content))
            text += std::exchange(*content, {});
        else if (auto const* const file = std::get_if<std::shared_ptr<disk_file const>>(&one.content)) {
            for (std::uint64_t at = 0; at < *one.size;) {
                auto piece = (*file)->read(at);
                at += piece.size();
                text += piece;
                co_yield std::exchange(text, {});
            }
        } else {
            auto& source = std::get<body_reader>(one.content);
            std::uint64_t sent = 0;
            while (auto piece = co_await source.next()) {
                sent += piece->size();
                if (one.size && sent > *one.size)
                    break;
                text += *piece;
                co_yield std::exchange(text, {});
            }
            if (one.size && sent != *one.size)
                throw std::invalid_argument("a part of a form is of another size than announced");
        }
        text += "\r\n";
        if (text.size() >= piece_size)
            co_yield std::exchange(text, {});
    }
    text += end;
    co_yield std::move(text);
}

} // namespace framex
