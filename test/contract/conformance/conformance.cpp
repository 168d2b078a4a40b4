#include "contract_plugins.hpp"
#include "parts.hpp"
#include "sha256.hpp"

#include <framex/framex.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <vector>

namespace {

using framex::arg;
using namespace std::chrono_literals;

struct UploadedFile {
    std::string name;
    std::string filename;
    std::string content_type;
    std::uint64_t size = 0;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(UploadedFile, (), (name, filename, content_type, size, sha256))

struct Uploaded {
    std::vector<UploadedFile> files;
    std::map<std::string, std::string> fields;
};
BOOST_DESCRIBE_STRUCT(Uploaded, (), (files, fields))

framex::awaitable<UploadedFile> digest(framex::multipart_part part)
{
    UploadedFile file;
    file.name = part.name();
    file.filename = *part.filename();
    file.content_type = part.content_type();
    contract::sha256 hash;
    while (auto piece = co_await part.next()) {
        hash.update(*piece);
        file.size += piece->size();
    }
    file.sha256 = hash.finish();
    co_return file;
}

/// The characters of UTF-8 text.
std::vector<std::string> letters_of(std::string_view text)
{
    std::vector<std::string> letters;
    for (char const octet : text) {
        if (letters.empty() || (static_cast<unsigned char>(octet) & 0xc0) != 0x80)
            letters.emplace_back();
        letters.back() += octet;
    }
    return letters;
}

/// What the conformance kit calls beside `echo`: an upload, and routes to protect.
class ConformancePlugin {
public:
    static inline framex::plugin_metadata const metadata{.name = "conformance",
        .version = framex::version,
        .description = "What the conformance kit calls",
        .author = "The framex authors"};

    framex::awaitable<Uploaded> upload(framex::multipart_reader form)
    {
        Uploaded answer;
        while (auto part = co_await form.next()) {
            if (part->is_file()) {
                auto file = co_await digest(std::move(*part));
                answer.files.push_back(std::move(file));
                continue;
            }
            std::string& text = answer.fields[part->name()];
            text.clear();
            while (auto piece = co_await part->next())
                text += *piece;
        }
        contract::required_parts parts;
        parts.demand("note", answer.fields.contains("note"));
        parts.demand(
            "file", std::ranges::find(answer.files, "file", &UploadedFile::name) != answer.files.end());
        parts.check();
        co_return answer;
    }

    static std::string echo(std::string message) { return message; }

    framex::async_generator<framex::sse_event> stream(std::string message)
    {
        auto const letters = letters_of("This message is being streamed., " + message);
        for (std::string const& letter : letters) {
            co_yield framex::make_stream_event("message_chunk", letter);
            co_await framex::sleep_for(20ms);
        }
        co_yield framex::make_stream_event("finish");
    }

    static void define(framex::api<ConformancePlugin>& api)
    {
        api.post("/conformance/upload", &ConformancePlugin::upload);
        for (char const* path : {"/sec/exact", "/sec/item", "/sec/deep/item", "/security"})
            api.get(path, &ConformancePlugin::echo, arg("message"));
        api.get("/sec/stream", &ConformancePlugin::stream, arg("message"));
    }
};

} // namespace

framex::plugin_entry contract::conformance_plugin() { return framex::plugin_entry_of<ConformancePlugin>(); }
