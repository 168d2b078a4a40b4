// The plugin of the tests with real clients, beside `feed`: a page that follows it, and a chat that streams.
#include <framex/framex.hpp>
#include <framex/plugin/export.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

// What a chunk of a chat holds, in the shape that OpenAI's clients read.
struct chat_delta {
    std::string content;
};
BOOST_DESCRIBE_STRUCT(chat_delta, (), (content))

struct chat_choice {
    std::int64_t index = 0;
    chat_delta delta;
    std::optional<std::string> finish_reason;
};
BOOST_DESCRIBE_STRUCT(chat_choice, (), (index, delta, finish_reason))

struct chat_chunk {
    std::string id = "chat";
    std::string object = "chat.completion.chunk";
    std::int64_t created = 1;
    std::string model = "clock";
    std::vector<chat_choice> choices{1};
};
BOOST_DESCRIBE_STRUCT(chat_chunk, (), (id, object, created, model, choices))

struct told {
    std::int64_t number = 0;
    std::int64_t made = 0; ///< milliseconds since 1970
};
BOOST_DESCRIBE_STRUCT(told, (), (number, made))

std::int64_t now_in_milliseconds()
{
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// What it sees it tells to the service, in order.
constexpr char const* page = R"(<!doctype html><title>feed</title><script>
let telling = Promise.resolve();
function tell(data) {
    const body = JSON.stringify({...JSON.parse(data), seen: Date.now()});
    telling = telling.then(() => fetch('/api/v1/seen', {method: 'POST', body}));
}
async function read(stream, last) {
    let rest = '';
    for (let piece; !(piece = await stream.read()).done;) {
        const events = (rest + piece.value).split('\n\n');
        rest = events.pop();
        for (const event of events) {
            const fields = Object.fromEntries(event.split('\n').map(line => line.split(/: ?(.*)/)));
            if (fields.id) last.id = fields.id;
            if (fields.data) tell(fields.data);
        }
    }
}
async function follow() {
    for (const last = {id: ''};; await new Promise(later => setTimeout(later, 10)))
        try {
            const answer = await fetch('/api/v1/feed', {headers: last.id ? {'Last-Event-ID': last.id} : {}});
            await read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), last);
        } catch (broken) { // it comes back
        }
}
if (location.search == '?EventSource')
    new EventSource('/api/v1/feed').onmessage = event => tell(event.data);
else
    follow();
</script>)";

class clients {
public:
    static inline framex::plugin_metadata const metadata{
        .name = "clients", .version = framex::version, .description = "What real clients ask for"};

    framex::async_generator<framex::sse_event> chat()
    {
        chat_chunk chunk;
        for (told one{1, 0}; one.number <= 20; ++one.number) {
            one.made = now_in_milliseconds();
            chunk.choices[0].delta.content = framex::to_json(one);
            co_yield framex::sse_event("", framex::to_json(chunk));
            co_await framex::sleep_for(std::chrono::milliseconds(50));
        }
        chunk.choices[0].delta.content.clear();
        chunk.choices[0].finish_reason = "stop";
        co_yield framex::sse_event("", framex::to_json(chunk));
        co_yield framex::sse_event("", "[DONE]");
    }

    framex::response show() { return framex::response::html(page); }
    std::string take(framex::request asked)
    {
        seen_ += asked.body + '\n';
        return {};
    }
    framex::response seen() { return framex::response::text(seen_); }

    static void define(framex::api<clients>& api)
    {
        api.post("/chat/completions", &clients::chat);
        api.get("/page", &clients::show);
        api.post("/seen", &clients::take);
        api.get("/seen", &clients::seen);
    }

private:
    std::string seen_; ///< the events that the page has told, one a line
};

} // namespace

FRAMEX_EXPORT_PLUGIN(clients)
