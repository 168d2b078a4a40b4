"""Compiles every fenced cpp block that is a program or a header: doc_snippets.py PAGE... -- COMPILER [FLAG...]

Such a block begins with #include. Errors are told at the line of the page.
"""
import re
import subprocess
import sys


def main():
    split = sys.argv.index("--")
    pages, compiler = sys.argv[1:split], sys.argv[split + 1:]
    compiled = failed = 0
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for block in re.finditer(r"^```cpp\n(#include.*?)^```", text, re.S | re.M):
            line = text.count("\n", 0, block.start()) + 2
            run = subprocess.run([*compiler, "-fsyntax-only", "-x", "c++", "-"],
                input=f'#line {line} "{page}"\n{block[1]}', text=True)
            compiled += 1
            failed += run.returncode != 0
    print(f"{compiled} blocks, {failed} do not compile")
    sys.exit(failed != 0 or compiled == 0)


main()
