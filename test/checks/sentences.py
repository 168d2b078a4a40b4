"""Every sentence `framex: ...` of the public headers has a wrong program in test/compile_fail."""
import re

from sources import read, tracked


def sentences(text):
    """Pairs of an offset and the joined string literals that begin with `framex: `."""
    for found in re.finditer(r'"framex: (?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', text):
        pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', found[0])
        yield found.start(), "".join(pieces).replace('\\"', '"')


def problems(root):
    expected = []
    for path in tracked(root, ".cpp"):
        if path.startswith("test/compile_fail/"):
            expected.append(read(root, path).splitlines()[0].removeprefix("// expect: "))
    found, used = [], set()
    for path in tracked(root, ".hpp"):
        text = read(root, path)
        for offset, sentence in sentences(text) if path.startswith("include/") else ():
            matching = {each for each in expected if each in sentence}
            used |= matching
            if not matching:
                line = text.count("\n", 0, offset) + 1
                found.append(f"{path}:{line}: no program in test/compile_fail expects: {sentence}")
    found += [f"test/compile_fail: no header says: {each}" for each in sorted(set(expected) - used)]
    return found
