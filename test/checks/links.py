"""Every relative link of the Markdown pages leads to a file, every #anchor to a heading."""
import pathlib
import re

from sources import read, tracked


def anchors(text):
    """The anchors that GitHub and mdBook give to the headings."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    for heading in re.findall(r"^#+ +(.*)$", text, re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def problems(root):
    found = []
    for path in tracked(root, ".md"):
        text = re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), read(root, path), flags=re.S | re.M)
        for link in re.finditer(r"\]\(([^)\s]+)\)", text):
            target, _, anchor = link[1].partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            line = text.count("\n", 0, link.start()) + 1
            page = (pathlib.Path(root) / path).parent / target if target else pathlib.Path(root) / path
            if not page.exists():
                found.append(f"{path}:{line}: {link[1]}: no such file")
            elif anchor and anchor not in anchors(page.read_text(encoding="utf-8")):
                found.append(f"{path}:{line}: {link[1]}: no such heading")
    return found
