#include "offers.hpp"

#include "import_rules.hpp"
#include "schemas.hpp"

#include <algorithm>
#include <cctype>

namespace framex::proxy {

namespace {

/// "127.0.0.1_9000" for "http://127.0.0.1:9000".
std::string suffix_of(std::string const& url)
{
    auto text = url.substr(url.find("//") + 2);
    std::ranges::replace_if(
        text, [](unsigned char c) { return !std::isalnum(c) && c != '.' && c != '-'; }, '_');
    return text;
}

} // namespace

void offers::add(upstream_import const& from)
{
    auto const& which = from.settings();
    auto& document = documents_.emplace_back(*from.document());
    std::erase_if(
        document.operations, [&](operation const& one) { return !which.rules.decide(one.route).taken; });
    add_schemas(schemas_, document, suffix_of(which.url));
    for (auto const& one : document.operations) {
        auto const [place, is_new] =
            places_.emplace(std::pair(one.method, shape_of(one.route)), found_.size());
        if (is_new)
            found_.emplace_back(one, which);
        else
            found_[place->second].by.push_back(&which);
    }
}

void offers::add_websockets(upstream_settings const& which)
{
    for (auto const& path : which.websockets) {
        if (which.rules.disables(path))
            continue;
        auto const [place, is_new] = places_.emplace(std::pair("GET", shape_of(path)), found_.size());
        if (is_new) {
            auto& made = websockets_.emplace_back();
            made.method = "GET";
            made.path = made.route = path;
            made.is_websocket = true;
            found_.emplace_back(made, which);
        } else if (auto& known = found_[place->second];
            known.described->is_websocket && known.by.back() != &which)
            known.by.push_back(&which);
    }
}

} // namespace framex::proxy
