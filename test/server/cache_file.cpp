#include "server/cached.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace framex;
using namespace framex::test;
using namespace std::chrono_literals;
namespace files = std::filesystem;

namespace {

/// A folder that goes with the test.
class temporary_folder {
public:
    temporary_folder()
    {
        std::string name = (files::temp_directory_path() / "framex-cache-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;
    ~temporary_folder()
    {
        files::permissions(path, files::perms::owner_all);
        files::remove_all(path);
    }
    /// The names of what is in it.
    std::vector<std::string> names() const
    {
        std::vector<std::string> found;
        for (auto const& each : files::directory_iterator(path))
            found.push_back(each.path().filename());
        return found;
    }
    files::path path;
};

std::string text_of(files::path const& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(files::path const& file, std::string_view text) { std::ofstream(file) << text; }

/// A lab whose answers lie in the folder.
struct filed : temporary_folder, cached_counter {
    explicit filed(std::size_t max_size = 1000) : cached_counter(make_file_store(path / "deep/er", max_size))
    {
    }
    files::path file_of(outcome const& got) const { return path / "deep/er" / (got.key + ".json"); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cache_files)

BOOST_AUTO_TEST_CASE(an_entry_is_an_indented_file_that_tells_what_it_is)
{
    filed lab;
    lab.now = cache_time(1'800'000'000s + 120ms);
    auto const got = lab.ask("/short?key=gr%C3%BCn%22");
    BOOST_TEST(text_of(lab.file_of(got))
        == R"({
  "metadata": {
    "key": "{\"kwargs\":{\"key\":\"grün\\\"\"},\"method\":\"GET\",\"path\":\"/api/v1/short\"}",
    "store_key": ")"
            + got.key + R"(",
    "store": "file",
    "created_at": "2027-01-15T16:00:00.120000+08:00",
    "expires_at": "2027-01-15T16:00:05.120000+08:00",
    "ttl": 5,
    "path": "/api/v1/short",
    "method": "GET",
    "request_body": {
      "key": "grün\""
    }
  },
  "value": 1
})");
    auto const mode = files::status(lab.file_of(got)).permissions();
    BOOST_TEST((mode == (files::perms::owner_read | files::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(an_entry_without_an_end_says_null)
{
    filed lab;
    auto const text = text_of(lab.file_of(lab.ask("/for_ever?key=a")));
    BOOST_TEST(text.find("\"expires_at\": null,\n    \"ttl\": -1,") != text.npos);
    BOOST_TEST(text.find("\"created_at\": \"2027-01-15T16:00:00+08:00\"") != text.npos);
    BOOST_TEST(lab.ask("/for_ever?key=a").status == "HIT");
}

BOOST_AUTO_TEST_CASE(another_process_finds_what_was_kept)
{
    temporary_folder folder;
    cached_counter first(make_file_store(folder.path, 10));
    cached_counter second(make_file_store(folder.path, 10));
    BOOST_TEST(first.ask("/big?n=18446744073709551617").status == "MISS");
    auto const got = second.ask("/big?n=18446744073709551617");
    BOOST_TEST(got.status == "HIT");
    BOOST_TEST(got.body.ends_with("\"data\":18446744073709551617}"));
    auto const model = first.ask("/take/n", {}, R"({"name":"a : b"})");
    BOOST_TEST(second.ask("/take/n", {}, R"({"name":"a : b"})")
            .body.ends_with(R"("data":{"name":"a : b","size":1}})"));
    BOOST_TEST(folder.names().size() == 2U); // nothing half-written beside them
}

BOOST_AUTO_TEST_CASE(an_expired_file_is_a_miss_and_is_replaced)
{
    filed lab;
    auto const got = lab.ask("/short?key=a");
    lab.now = lab.now.load() + 4999ms;
    BOOST_TEST(lab.ask("/short?key=a").status == "HIT");
    lab.now = lab.now.load() + 1ms;
    cache_key const key(lab.at("/short"), {{"key", "\"a\""}});
    BOOST_TEST(key.hash == got.key);
    BOOST_TEST(!make_file_store(lab.file_of(got).parent_path(), 1)->find(key, lab.now));
    BOOST_TEST(files::exists(lab.file_of(got))); // another process may have renamed a new one there
    BOOST_TEST(lab.ask("/short?key=a").status == "MISS");
    BOOST_TEST(lab.ask("/short?key=a").status == "HIT");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_writer_counts_when_it_says_the_same)
{
    filed lab;
    auto const got = lab.ask("/short?key=a");
    auto text = text_of(lab.file_of(got));
    auto const put = [&](std::string_view expires) {
        auto changed = text;
        std::string_view constexpr mark = "\"expires_at\": ";
        auto const at = changed.find(mark) + mark.size();
        changed.replace(at, changed.find(",\n", at) - at, expires);
        write(lab.file_of(got), changed);
        return lab.ask("/short?key=a").status;
    };
    BOOST_TEST(put(R"("2027-01-15T08:00:01-00:00")") == "HIT");
    BOOST_TEST(put(R"("2027-01-15T12:30:00.000001+04:30")") == "HIT");
    BOOST_TEST(put(R"("2027-01-15T12:30:00+04:30")") == "MISS");
    for (auto const* wrong : {R"("2027-01-15")", R"("2027-01-15T16:00:05")", R"("2027-01-15T16:00:05+8")",
             R"("soon")", R"("2027-01-15T16:00:05.5Z")", "7", R"("")"}) {
        BOOST_TEST_CONTEXT(wrong)
        BOOST_TEST(put(wrong) == "MISS");
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_anywhere_is_a_miss_and_is_replaced)
{
    filed lab;
    auto const got = lab.ask("/for_ever?key=a");
    auto const whole = text_of(lab.file_of(got));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write(lab.file_of(got), std::string_view(whole).substr(0, size));
        BOOST_TEST_CONTEXT(size)
        BOOST_TEST_REQUIRE(lab.ask("/for_ever?key=a").status == "MISS");
    }
    BOOST_TEST(lab.ask("/for_ever?key=a").status == "HIT");
}

BOOST_AUTO_TEST_CASE(a_file_that_belongs_to_another_key_is_a_miss)
{
    filed lab;
    auto const a = lab.ask("/for_ever?key=a");
    auto const b = lab.ask("/for_ever?key=b");
    files::copy_file(lab.file_of(a), lab.file_of(b), files::copy_options::overwrite_existing);
    BOOST_TEST(lab.ask("/for_ever?key=b").status == "MISS");
    files::remove(lab.file_of(b));
    files::create_directory(lab.file_of(b)); // no file at all
    BOOST_TEST(lab.ask("/for_ever?key=b").status == "BYPASS");
    BOOST_TEST(lab.ask("/for_ever?key=a").status == "HIT");
}

BOOST_AUTO_TEST_CASE(null_in_a_file_is_no_hit)
{
    filed lab;
    BOOST_TEST(lab.ask("/none?ms=0").status == "MISS");
    BOOST_TEST(lab.ask("/none?ms=0").status == "MISS");
}

BOOST_AUTO_TEST_CASE(the_oldest_files_go_and_strangers_stay)
{
    filed lab(2);
    auto const first = lab.ask("/for_ever?key=a");
    auto const folder = lab.file_of(first).parent_path();
    write(folder / "notes.json", "{}");
    std::vector<outcome> all{first};
    for (auto const* key : {"b", "c", "d"}) {
        lab.now = lab.now.load() + 1s;
        all.push_back(lab.ask(std::string("/for_ever?key=") + key));
    }
    BOOST_TEST(!files::exists(lab.file_of(all[0])));
    BOOST_TEST(!files::exists(lab.file_of(all[1])));
    BOOST_TEST(files::exists(lab.file_of(all[2])));
    BOOST_TEST(files::exists(lab.file_of(all[3])));
    BOOST_TEST(files::exists(folder / "notes.json"));
}

BOOST_AUTO_TEST_CASE(a_full_folder_makes_room_for_more_than_one)
{
    filed lab(16);
    auto const keep = [&](int number) {
        lab.now = lab.now.load() + 1s;
        auto const file = lab.file_of(lab.ask("/for_ever?key=" + std::to_string(number)));
        return std::distance(files::directory_iterator(file.parent_path()), files::directory_iterator());
    };
    for (int i = 1; i <= 16; ++i)
        BOOST_TEST(keep(i) == i);
    for (int i = 14; i <= 16; ++i)
        BOOST_TEST(keep(100 + i) == i);
    BOOST_TEST(keep(200) == 14);
}

BOOST_AUTO_TEST_CASE(what_a_killed_process_left_half_written_goes_after_an_hour)
{
    temporary_folder folder;
    write(folder.path / ".old.tmp", "{");
    write(folder.path / ".new.tmp", "{");
    files::last_write_time(folder.path / ".old.tmp", files::file_time_type::clock::now() - 2h);
    cached_counter lab(make_file_store(folder.path, 10));
    lab.ask("/for_ever?key=a");
    BOOST_TEST(!files::exists(folder.path / ".old.tmp"));
    BOOST_TEST(files::exists(folder.path / ".new.tmp"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_costs_the_cache_and_is_told_once)
{
    temporary_folder folder;
    write(folder.path / "file", "no folder");
    cached_counter lab(make_file_store(folder.path / "file", 10));
    for (int i = 1; i <= 2; ++i) {
        auto const got = lab.ask("/count?key=a");
        BOOST_TEST(got.status == "BYPASS");
        BOOST_TEST(got.key.size() == 64U);
        BOOST_TEST(got.body.ends_with("\"data\":" + std::to_string(i) + "}"));
    }
    BOOST_TEST(lab.told().size() == 1U);
    BOOST_TEST(lab.told().front().starts_with("/api/v1/count: the answer could not be cached: "));
    files::remove(folder.path / "file");
    BOOST_TEST(lab.ask("/count?key=a").status == "MISS");
    BOOST_TEST(lab.ask("/count?key=a").status == "HIT");
}

BOOST_AUTO_TEST_SUITE_END()
