#include "cli/log.hpp"

#include "cli/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <sstream>
#include <thread>
#include <vector>

using namespace framex;
using namespace std::chrono_literals;

namespace {

access_record answered()
{
    access_record record;
    record.method = "GET";
    record.route = "/api/v1/item/{id}";
    record.path = "/api/v1/item/7";
    record.status = 200;
    record.duration = 1234567ns;
    record.bytes = 182;
    record.request_id = "order-7";
    record.peer = {asio::ip::make_address("127.0.0.1"), 40000};
    return record;
}

access_record streamed()
{
    auto record = answered();
    record.route = "/api/v1/events";
    record.duration = 2500ms;
    record.bytes = 9001;
    record.peer = {asio::ip::make_address("::1"), 40001};
    record.end = request_end::client_left;
    stream_record stream;
    stream.items = 12;
    stream.first_item = 400us;
    record.stream = stream;
    return record;
}

error_record thrown()
{
    error_record record;
    record.method = "POST";
    record.route = "/api/v1/order";
    record.request_id = "order-7";
    record.what = "no \"stock\"\nGET / 200 forged \x1b[2J";
    return record;
}

log_record told() { return {.plugin = "shop", .level = log_level::warning, .text = "stock is\nlow"}; }

/// What a log of these settings writes of the given records.
class written {
public:
    explicit written(log_settings const& wanted, bool is_terminal = false, colours paint = colours::off)
        : lines_({.to = text_,
                     .is_terminal = is_terminal,
                     .paint = paint,
                     .now = [] { return std::chrono::system_clock::time_point(1795236445125ms); }},
              wanted)
    {
    }
    written& access(access_record const& record)
    {
        lines_.access(record);
        return *this;
    }
    written& error(error_record const& record)
    {
        lines_.error(record);
        return *this;
    }
    written& plugin(log_record const& record)
    {
        lines_.plugin(record);
        return *this;
    }
    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    cli::log lines_;
};

log_settings in_format(std::string format)
{
    log_settings wanted;
    wanted.format = std::move(format);
    return wanted;
}

log_settings of_level(std::string level)
{
    log_settings wanted;
    wanted.level = std::move(level);
    return wanted;
}

struct in_berlin { // local time that is not UTC
    in_berlin()
    {
        ::setenv("TZ", "CET-1", 1);
        ::tzset();
    }
    ~in_berlin()
    {
        ::unsetenv("TZ");
        ::tzset();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_lines, in_berlin)

BOOST_AUTO_TEST_CASE(json_lines_are_the_golden_ones)
{
    framex::test::check_golden("log_json.txt",
        written(in_format("json"))
            .access(answered())
            .access(streamed())
            .error(thrown())
            .plugin(told())
            .text());
}

BOOST_AUTO_TEST_CASE(text_lines_are_the_golden_ones)
{
    framex::test::check_golden("log_text.txt",
        written(in_format("text"))
            .access(answered())
            .access(streamed())
            .error(thrown())
            .plugin(told())
            .text());
}

BOOST_AUTO_TEST_CASE(auto_is_text_on_a_terminal_and_json_elsewhere)
{
    BOOST_TEST(written(in_format("auto"), true).access(answered()).text()
        == written(in_format("text")).access(answered()).text());
    BOOST_TEST(written(in_format("auto"), false).access(answered()).text()
        == written(in_format("json")).access(answered()).text());
}

BOOST_AUTO_TEST_CASE(only_text_is_coloured)
{
    auto const has_escape = [](std::string const& text) { return text.find('\x1b') != text.npos; };
    BOOST_TEST(has_escape(written(in_format("text"), true, colours::on).error(thrown()).text()));
    BOOST_TEST(!has_escape(written(in_format("json"), true, colours::on).error(thrown()).text()));
    BOOST_TEST(!has_escape(written(in_format("text"), true, colours::off).error(thrown()).text()));
}

BOOST_AUTO_TEST_CASE(no_control_character_of_a_message_reaches_a_terminal)
{
    auto const shown = [](char const* what) {
        error_record record;
        record.method = "GET";
        record.route = "/a";
        record.what = what;
        auto const line = written(in_format("text"), true).error(record).text();
        return line.substr(line.find("/a: ") + 4);
    };
    BOOST_TEST(shown("\r\x7f\x1b[2J") == "\\x0d\\x7f\\x1b[2J\n");
    BOOST_TEST(shown("\xc2\x80 \xc2\x9b"
                     "2J \xc2\x9f")
        == "\\u0080 \\u009b2J \\u009f\n");
    auto const* const letters = "\xc2\xa0 \xc3\x9b \xe2\x9c\x9b \xc2"; // their octets alone mean nothing
    BOOST_TEST(shown(letters) == std::string(letters) + "\n");
}

BOOST_AUTO_TEST_CASE(the_level_drops_what_is_below_it)
{
    for (auto const* level : {"trace", "debug", "info"})
        BOOST_TEST(!written(of_level(level)).access(answered()).text().empty(), level);
    for (auto const* level : {"warning", "error"}) {
        BOOST_TEST(written(of_level(level)).access(answered()).text() == "", level);
        BOOST_TEST(!written(of_level(level)).error(thrown()).text().empty(), level);
    }
    BOOST_TEST(!written(of_level("warning")).plugin(told()).text().empty());
    BOOST_TEST(written(of_level("error")).plugin(told()).text() == "");
    BOOST_TEST(written(of_level("off")).access(answered()).error(thrown()).text() == "");
}

BOOST_AUTO_TEST_CASE(ignored_texts_are_looked_for_in_method_and_path)
{
    log_settings wanted;
    auto ping = answered();
    ping.route = ping.path = "/ping";
    BOOST_TEST(written(wanted).access(ping).text() == "");
    ping.method = "POST";
    BOOST_TEST(written(wanted).access(ping).text() != "");
    wanted.ignored_contains = {"item/7"};
    BOOST_TEST(written(wanted).access(answered()).text() == "");
    wanted.ignored_contains = {"item/{id}"};
    BOOST_TEST(written(wanted).access(answered()).text() != "");
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_stay_whole)
{
    std::ostringstream text;
    {
        cli::log lines({.to = text}, in_format("text"));
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&lines] {
                for (int n = 0; n < 200; ++n)
                    lines.access(answered());
            });
        for (auto& thread : threads)
            thread.join();
    }
    std::istringstream in(text.str());
    std::size_t whole = 0;
    for (std::string line; std::getline(in, line);)
        whole += line.ends_with(" id order-7") && line.find(" info ") == 19 ? 1U : 0U;
    BOOST_TEST(whole == 800U);
}

BOOST_AUTO_TEST_CASE(a_fault_is_lines_of_text_or_one_line_of_json_at_its_level)
{
    problem what;
    what.code = "FX0309";
    what.message = "nothing to watch";
    what.help = "load a plugin";
    auto const written = [&](log_settings const& wanted) {
        std::ostringstream text;
        cli::log({.to = text}, wanted).fault(what);
        return text.str();
    };
    auto grave = in_format("text");
    grave.level = "error";
    BOOST_TEST(written(grave) == "error[FX0309]: nothing to watch\nhelp: load a plugin\n");
    BOOST_TEST(written(in_format("json")).find("\"level\":\"error\"") != std::string::npos);
    what.is_warning = true;
    BOOST_TEST(written(in_format("text")) == "warning[FX0309]: nothing to watch\nhelp: load a plugin\n");
    BOOST_TEST(written(in_format("json")).find("\"level\":\"warning\"") != std::string::npos);
    BOOST_TEST(written(grave) == "");
}

BOOST_AUTO_TEST_SUITE_END()
