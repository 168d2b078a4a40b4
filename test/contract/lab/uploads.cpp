#include "form.hpp"
#include "lab.hpp"
#include "parts.hpp"

#include <algorithm>

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

framex::awaitable<StoredFile> LabPlugin::upload(framex::multipart_reader parts)
{
    auto got = co_await read_form(std::move(parts));
    auto const file = std::ranges::find(got.files, "file", &form_file::name);
    auto const note = got.fields.find("note");
    required_parts required;
    required.demand("file", file != got.files.end());
    required.demand("note", note != got.fields.end());
    required.check();
    StoredFile stored;
    stored.name = file->filename;
    stored.type = file->content_type;
    stored.size = file->content.size();
    stored.text = from_latin1(file->content);
    stored.note = note->second;
    co_return stored;
}

framex::awaitable<StoredFiles> LabPlugin::uploads(std::string kind, framex::multipart_reader parts)
{
    auto got = co_await read_form(std::move(parts));
    StoredFiles stored;
    for (auto const& file : got.files)
        if (file.name == "files") {
            stored.names.push_back(file.filename);
            stored.sizes.push_back(file.content.size());
        }
    required_parts required;
    required.demand("files", !stored.names.empty());
    required.check();
    stored.kind = std::move(kind);
    co_return stored;
}

} // namespace contract
