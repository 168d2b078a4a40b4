"""The checks find what they are for: each is shown a small wrong tree."""
import importlib
import pathlib
import tempfile
import unittest


def found_in(check, files):
    """The problems that the check names in a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            full = pathlib.Path(root) / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8")
        return importlib.import_module(check).problems(root)


HTTP = {"include/framex/http/message.hpp": "", "include/framex/coro/sleep.hpp": ""}


class include_direction(unittest.TestCase):
    def refused(self, path, line):
        return len(found_in("include_direction", {**HTTP, "include/framex/framex.hpp": "", "src/http/own.hpp": "",
            path: f"{line}\n"})) == 1

    def test_a_lower_room_may_not_see_a_higher_one(self):
        self.assertTrue(self.refused("include/framex/coro/x.hpp", "#include <framex/http/message.hpp>"))
        self.assertTrue(self.refused("src/model/x.cpp", '#include "http/own.hpp"'))
        self.assertFalse(self.refused("src/http/x.cpp", "#include <framex/coro/sleep.hpp>"))

    def test_the_library_does_not_use_its_umbrella(self):
        self.assertTrue(self.refused("src/http/x.cpp", "#include <framex/framex.hpp>"))
        self.assertFalse(self.refused("builtin_plugins/x/x.cpp", "#include <framex/framex.hpp>"))

    def test_public_headers_hide_heavy_libraries(self):
        for name in ("boost/beast/http.hpp", "CLI/CLI.hpp", "toml++/toml.h"):
            self.assertTrue(self.refused("include/framex/http/x.hpp", f"#include <{name}>"))
        self.assertFalse(self.refused("src/http/x.cpp", "#include <boost/beast/http.hpp>"))

    def test_plugins_see_public_headers_only(self):
        self.assertTrue(self.refused("builtin_plugins/x/x.cpp", '#include "http/own.hpp"'))
        self.assertTrue(self.refused("example/x/x.cpp", '#include "../../src/http/own.hpp"'))
        self.assertTrue(self.refused("example/x/x.cpp", "#include <framex/http/own.hpp>"))


class other_checks(unittest.TestCase):
    def test_a_test_without_its_header_is_found(self):
        self.assertEqual(found_in("mirrors", {**HTTP, "test/http/message.cpp": ""}), [])
        self.assertEqual(len(found_in("mirrors", {**HTTP, "test/http/other.cpp": ""})), 1)
        self.assertEqual(len(found_in("mirrors", {"src/kitchen/x.cpp": ""})), 1)

    def test_long_files_are_found(self):
        self.assertEqual(found_in("file_sizes", {"src/http/x.cpp": "\n" * 400}), [])
        self.assertEqual(len(found_in("file_sizes", {"src/http/x.cpp": "\n" * 401})), 1)

    def test_forbidden_texts_are_found(self):
        for text in ("see " + "/wor" + "k/main", "/" + "root/.cache", "TO" + "DO", "https://pypi" + ".org/simple"):
            self.assertEqual(len(found_in("forbidden_texts", {"a.md": text + "\n"})), 1, text)
        self.assertEqual(found_in("forbidden_texts", {"a.md": "src/work/x and /network/\n"}), [])

    def test_links_lead_somewhere(self):
        page = "# One heading\n[a](b.md) [b](#one-heading) [c](https://example.org)\n"
        self.assertEqual(found_in("links", {"a.md": page, "b.md": ""}), [])
        self.assertEqual(len(found_in("links", {"a.md": page})), 1)
        self.assertEqual(len(found_in("links", {"a.md": "[x](#no-heading)\n"})), 1)

    def test_every_sentence_has_its_program_and_every_program_its_sentence(self):
        header = {"include/framex/x.hpp": 'static_assert(true, "framex: say \\"this\\" "\n    "and that");\n'}
        program = {"test/compile_fail/x.cpp": '// expect: framex: say "this" and that\n'}
        self.assertEqual(found_in("sentences", {**header, **program}), [])
        self.assertEqual(len(found_in("sentences", header)), 1)
        self.assertEqual(len(found_in("sentences", program)), 1)

    def test_programs_of_a_page_are_found_with_what_they_print(self):
        programs = importlib.import_module("doc_programs").programs
        main = "```cpp\nint main() {}\n```\n"
        text = "```text\nout\n```\n"
        self.assertEqual(programs(f"{text}{main}{text}{text}"), [(5, "out\n")])
        self.assertEqual(programs(f"{main}```cpp\nint x;\n```\n{text}"), [(2, "")])
        self.assertEqual(programs(f"{main}{main}{text}"), [(2, ""), (5, "out\n")])

    def test_programs_of_a_page_become_one(self):
        made = importlib.import_module("doc_programs").program_of("a.md", "```cpp\nint main() { return 7; }\n```\n" * 2)
        self.assertEqual(made.count("\nint main() { return 7; }\n"), 2)
        self.assertIn("{ page_main_0, page_main_1 }", made)
        self.assertIn('#line 5 "a.md"', made)

    def test_tokens_are_counted_without_comments(self):
        count = importlib.import_module("token_counts").count
        self.assertEqual(count("int main() { return 0; } // one\n/* two */"), 9)
        self.assertEqual(count('#include <a>\nauto s = R"x(a b)x" "c\\"d";'), 7)


unittest.main()
