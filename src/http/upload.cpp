#include <framex/error.hpp>
#include <framex/http/upload.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdlib.h>
#include <system_error>
#include <unistd.h>

namespace framex {
namespace detail {

namespace {

constexpr std::size_t piece_size = 65536;

[[noreturn]] void fail(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

} // namespace

/// A temporary file without a name. Written to its end only, so what was written may be read by any thread.
class spool_file {
public:
    spool_file()
    {
        auto name = (std::filesystem::temp_directory_path() / "framex-XXXXXX").string();
        descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (descriptor_ < 0)
            fail("a temporary file for an upload cannot be made");
        ::unlink(name.c_str());
    }
    spool_file(spool_file const&) = delete;
    spool_file& operator=(spool_file const&) = delete;
    ~spool_file() { ::close(descriptor_); }

    std::uint64_t size() const noexcept { return size_; }

    void append(std::string_view octets)
    {
        while (!octets.empty()) {
            auto const written = ::write(descriptor_, octets.data(), octets.size());
            if (written < 0 && errno != EINTR)
                fail("an upload cannot be written to its temporary file");
            if (written > 0) {
                octets.remove_prefix(static_cast<std::size_t>(written));
                size_ += static_cast<std::uint64_t>(written);
            }
        }
    }

    std::string read(std::uint64_t from, std::size_t count) const
    {
        std::string octets(count, '\0');
        for (std::size_t got = 0; got < count;) {
            auto const size =
                ::pread(descriptor_, octets.data() + got, count - got, static_cast<off_t>(from + got));
            if (size < 0 && errno == EINTR)
                continue;
            if (size <= 0)
                fail("an upload cannot be read from its temporary file");
            got += static_cast<std::size_t>(size);
        }
        return octets;
    }

private:
    int descriptor_;
    std::uint64_t size_ = 0;
};

/// Where the octets of one file are: in `text`, or from `begin` on in `file`.
struct upload_content {
    std::string text;
    std::shared_ptr<spool_file> file;
    std::uint64_t begin = 0, size = 0;

    std::string read(std::uint64_t from, std::size_t count) const
    {
        return file ? file->read(begin + from, count) : text.substr(static_cast<std::size_t>(from), count);
    }
};

} // namespace detail

namespace {

awaitable<std::optional<std::string>> ready(std::optional<std::string> piece) { co_return piece; }

} // namespace

upload::upload(std::string filename, std::string content, std::string content_type)
    : filename_(std::move(filename)), content_type_(std::move(content_type))
{
    auto made = std::make_shared<detail::upload_content>();
    made->size = content.size();
    made->text = std::move(content);
    content_ = std::move(made);
}

upload::upload(multipart_part const& part, std::shared_ptr<detail::upload_content const> content)
    : name_(part.name()), filename_(part.filename().value_or("")), content_type_(part.content_type()),
      content_(std::move(content))
{
}

std::uint64_t upload::size() const noexcept { return content_ ? content_->size : 0; }

awaitable<std::optional<std::string>> upload::next()
{
    std::optional<std::string> piece;
    if (auto const left = size() - at_; left != 0) {
        piece =
            content_->read(at_, static_cast<std::size_t>(std::min<std::uint64_t>(left, detail::piece_size)));
        at_ += piece->size();
    }
    return ready(std::move(piece));
}

std::string upload::text(std::size_t most) const
{
    if (size() > most)
        throw http_error(413, "a file of the form is longer than " + std::to_string(most) + " octets");
    return content_ ? content_->read(0, static_cast<std::size_t>(size())) : std::string();
}

awaitable<upload> upload_spool::keep(multipart_part part)
{
    auto content = std::make_shared<detail::upload_content>();
    while (auto piece = co_await part.next())
        add(*content, *piece);
    content->text.shrink_to_fit();
    memory_ -= content->text.size();
    co_return upload(part, std::move(content));
}

void upload_spool::add(detail::upload_content& content, std::string_view piece)
{
    content.size += piece.size();
    if (!content.file && piece.size() <= memory_ - content.text.size()) {
        content.text += piece;
        return;
    }
    if (!content.file) {
        if (!file_)
            file_ = std::make_shared<detail::spool_file>();
        content.file = file_;
        content.begin = file_->size();
        file_->append(content.text);
        std::string().swap(content.text);
    }
    file_->append(piece);
}

} // namespace framex
