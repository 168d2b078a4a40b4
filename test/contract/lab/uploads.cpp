#include "lab.hpp"

namespace contract {
namespace {

/// The octets as Latin-1 characters, in UTF-8.
std::string from_latin1(std::string const& octets)
{
    std::string text;
    for (char const c : octets) {
        auto const octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            text += c;
            continue;
        }
        text += static_cast<char>(0xc0 | octet >> 6);
        text += static_cast<char>(0x80 | (octet & 0x3f));
    }
    return text;
}

} // namespace

framex::awaitable<StoredFile> LabPlugin::upload(UploadForm form)
{
    StoredFile stored;
    stored.name = form.file.filename();
    stored.type = form.file.content_type();
    stored.size = form.file.size();
    stored.text = from_latin1(form.file.text());
    stored.note = std::move(form.note);
    co_return stored;
}

framex::awaitable<StoredFiles> LabPlugin::uploads(std::string kind, UploadsForm form)
{
    StoredFiles stored;
    for (auto const& file : form.files) {
        stored.names.push_back(file.filename());
        stored.sizes.push_back(file.size());
    }
    stored.kind = std::move(kind);
    co_return stored;
}

} // namespace contract
