/// Testing plugins without a socket, a thread or a coroutine: requests in, replies out, on the test's own
/// thread.
#pragma once

#include <framex/config/settings.hpp>
#include <framex/http/message.hpp>
#include <framex/http/sse.hpp>
#include <framex/model/json.hpp>
#include <framex/server/app.hpp>
#include <framex/test/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace framex::test {

/// A whole answer.
struct reply {
    int status = 0;
    fields headers;
    std::string body; ///< of a stream: all of it

    /// The body as JSON. Throws boost::system::system_error when it is none.
    json::value json() const;
    /// `data` of the envelope. Throws std::logic_error with status and body when there is none.
    json::value data() const;
    /// The events of a text/event-stream.
    std::vector<sse_event> events() const;
    /// The values of an application/x-ndjson stream.
    std::vector<json::value> lines() const;
};

/// An answer whose body is pulled: for streams that have no end, and to see what a client sees first. Dropped
/// before the end, it is a client that leaves. Its client outlives it.
class open_reply {
public:
    open_reply(asio::io_context& context, streamed_response answer);
    open_reply(open_reply&&) noexcept;
    open_reply& operator=(open_reply&&) = delete;
    ~open_reply();

    int status() const noexcept { return answer_.status; }
    fields const& headers() const noexcept { return answer_.headers; }
    /// The next piece of the body; nullopt at its end. Runs the app until it is there. Throws what broke the
    /// stream off.
    std::optional<std::string> next();

private:
    asio::io_context* context_;
    streamed_response answer_;
};

/// An app and whoever asks it. client<P...> loads the plugins.
class app_client {
public:
    explicit app_client(settings configuration = {});
    app_client(app_client const&) = delete;
    app_client& operator=(app_client const&) = delete;
    /// Awaits the plugins' on_stop.
    ~app_client();

    framex::app& app() noexcept { return app_; }
    asio::io_context& context() noexcept { return context_; }
    /// Made by the first call: from then on sleeps of handlers take no time.
    test::clock& clock();

    /// Runs the app until it has answered. What a handler throws is an answer, as over HTTP; thrown are
    /// load_error, plugin_failure and validation_error of plugins that do not start, and std::logic_error
    /// when everything waits for something that will never come.
    reply send(request asked);
    /// The same up to the head of the answer.
    open_reply open(request asked);

    reply get(std::string_view path, name_value_list const& query = {});
    reply del(std::string_view path, name_value_list const& query = {});
    /// `body` is a model, a json::value or the JSON text itself.
    template <class B>
    reply post(std::string_view path, B const& body, name_value_list const& query = {})
    {
        return send("POST", path, query, text_of(body));
    }
    template <class B>
    reply put(std::string_view path, B const& body, name_value_list const& query = {})
    {
        return send("PUT", path, query, text_of(body));
    }
    template <class B>
    reply patch(std::string_view path, B const& body, name_value_list const& query = {})
    {
        return send("PATCH", path, query, text_of(body));
    }

private:
    template <class B>
    static std::string text_of(B const& body)
    {
        if constexpr (std::convertible_to<B const&, std::string_view>)
            return std::string(std::string_view(body));
        else
            return to_json(body);
    }
    reply send(std::string method, std::string_view path, name_value_list const& query, std::string body);

    asio::io_context context_{1};
    std::optional<test::clock> clock_;
    framex::app app_;
};

/// `client<shop> client; BOOST_TEST(client.get("/api/v1/stock").data() == 7);`
template <class... P>
class client : public app_client {
public:
    explicit client(settings configuration = {}) : app_client(std::move(configuration))
    {
        (app().template load<P>(), ...);
    }
};

} // namespace framex::test
