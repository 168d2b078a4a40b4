#include "form.hpp"

namespace contract {

framex::awaitable<form> read_form(framex::multipart_reader parts)
{
    form result;
    while (auto part = co_await parts.next()) {
        std::string content;
        while (auto piece = co_await part->next())
            content += *piece;
        if (!part->is_file()) {
            result.fields[part->name()] = std::move(content);
            continue;
        }
        form_file file;
        file.name = part->name();
        file.filename = *part->filename();
        file.content_type = part->content_type();
        file.content = std::move(content);
        result.files.push_back(std::move(file));
    }
    co_return result;
}

} // namespace contract
