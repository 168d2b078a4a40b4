#include "test/run.hpp"

#include <framex/test/client.hpp>

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace framex::test {

namespace {

awaitable<> ask(framex::app& service, request asked, streamed_response& answer)
{
    answer = co_await service.dispatch(std::move(asked));
}

awaitable<> pull(body_reader& body, std::optional<std::string>& piece) { piece = co_await body.next(); }

std::string encoded(std::string_view text)
{
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string target_of(std::string_view path, name_value_list const& query)
{
    std::string target(path);
    for (auto const& [name, value] : query)
        target.append(&name == &query.front().first ? "?" : "&")
            .append(encoded(name))
            .append("=")
            .append(encoded(value));
    return target;
}

} // namespace

json::value reply::json() const { return json::parse(body); }

json::value reply::data() const
{
    auto const whole = json();
    auto const* object = whole.if_object();
    auto const* found = object ? object->if_contains("data") : nullptr;
    if (!found)
        throw std::logic_error("the answer has no data: " + std::to_string(status) + " " + body);
    return *found;
}

std::vector<sse_event> reply::events() const
{
    std::vector<sse_event> all;
    sse_parser().feed(body, [&](sse_event&& one) { all.push_back(std::move(one)); });
    return all;
}

std::vector<json::value> reply::lines() const
{
    std::vector<json::value> all;
    for (std::string_view rest = body; !rest.empty();) {
        auto const end = std::min(rest.find('\n'), rest.size());
        all.push_back(json::parse(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
}

open_reply::open_reply(asio::io_context& context, streamed_response answer)
    : context_(&context), answer_(std::move(answer))
{
}
open_reply::open_reply(open_reply&&) noexcept = default;

open_reply::~open_reply()
{
    answer_.body = {};
    context_->restart();
    context_->poll(); // what the body was waiting for is cancelled, and ends
}

std::optional<std::string> open_reply::next()
{
    std::optional<std::string> piece;
    run(*context_, pull(answer_.body, piece));
    return piece;
}

app_client::app_client(settings configuration) : app_(context_.get_executor(), std::move(configuration)) {}

app_client::~app_client()
{
    try {
        run(context_, app_.finish());
    } catch (std::exception const&) { // a destructor has nobody to tell
    }
}

test::clock& app_client::clock()
{
    if (!clock_)
        clock_.emplace(context_);
    return *clock_;
}

open_reply app_client::open(request asked)
{
    streamed_response answer;
    run(context_, ask(app_, std::move(asked), answer));
    return {context_, std::move(answer)};
}

reply app_client::send(request asked)
{
    auto opened = open(std::move(asked));
    reply whole;
    whole.status = opened.status();
    whole.headers = opened.headers();
    while (auto const piece = opened.next())
        whole.body += *piece;
    return whole;
}

reply app_client::send(
    std::string method, std::string_view path, name_value_list const& query, std::string body)
{
    bool const has_body = !body.empty();
    request asked(std::move(method), target_of(path, query), std::move(body));
    if (has_body)
        asked.headers.set(http::field::content_type, "application/json");
    return send(std::move(asked));
}

reply app_client::get(std::string_view path, name_value_list const& query)
{
    return send("GET", path, query, {});
}

reply app_client::del(std::string_view path, name_value_list const& query)
{
    return send("DELETE", path, query, {});
}

} // namespace framex::test
