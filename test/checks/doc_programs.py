"""The C++ of a page as one program: its cpp blocks in their order, each `int main()` beside the others.

doc_programs.py write PAGE FILE         writes that program; errors are told at the line of the page
doc_programs.py run PAGE PROGRAM        runs each main of it and compares what it prints with the page

What a block with a main prints is the next text block, unless another cpp block comes first: then it prints nothing.
"""
import pathlib
import re
import subprocess
import sys

RUN_SECONDS = 60


def blocks(text):
    """Triples of a line number, a language and a text."""
    for block in re.finditer(r"^```(\w+)\n(.*?)^```", text, re.S | re.M):
        yield text.count("\n", 0, block.start()) + 2, block[1], block[2]


def programs(text):
    """Pairs of the line of a block with a main and what that prints."""
    found = []
    waits = False
    for line, language, body in blocks(text):
        if language == "cpp":
            waits = "int main()" in body
            if waits:
                found.append((line, ""))
        elif language == "text" and waits:
            found[-1] = (found[-1][0], body)
            waits = False
    return found


def program_of(page, text):
    made = ""
    mains = 0
    for line, language, body in blocks(text):
        if language != "cpp":
            continue
        has_main = "int main()" in body
        made += f"#define main page_main_{mains}\n" if has_main else ""
        made += f'#line {line} "{page}"\n{body}'
        made += "#undef main\n" if has_main else ""
        mains += has_main
    calls = ", ".join(f"page_main_{number}" for number in range(mains))
    return f"""{made}#line 1 "the end of {page}"
#include <cstdlib>
int main(int, char** arguments)
{{
    int (*const mains[])() = {{ {calls} }};
    return mains[std::atoi(arguments[1])]();
}}
"""


def comparable(text):
    """Space at the end of lines and of the whole is not seen on a page."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


def run(page, text, program):
    failed = 0
    found = programs(text)
    for number, (line, expected) in enumerate(found):
        try:
            ran = subprocess.run([program, str(number)], capture_output=True, text=True, timeout=RUN_SECONDS,
                stdin=subprocess.DEVNULL)
            output, code = ran.stdout + ran.stderr, ran.returncode
        except subprocess.TimeoutExpired as late:
            output, code = (late.stdout or b"").decode(), "no end"
        if code != 0 or comparable(output) != comparable(expected):
            failed += 1
            print(f"{page}:{line}: the program ended with {code}\nexpected:\n{expected}found:\n{output}")
    print(f"{len(found)} programs, {failed} differ")
    return failed != 0 or not found


def main():
    what, page, file = sys.argv[1:]
    text = pathlib.Path(page).read_text(encoding="utf-8")
    if what == "run":
        sys.exit(run(page, text, file))
    pathlib.Path(file).write_text(program_of(page, text), encoding="utf-8")


if __name__ == "__main__":
    main()
