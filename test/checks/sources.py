"""The files of the project and its #include lines, for the checks."""
import pathlib
import re
import subprocess


def tracked(root, *endings):
    """The project's files as paths below root: what git knows or would add; without git every file but build/."""
    root = pathlib.Path(root)
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
            stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    else:
        listed = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
        listed = [path for path in listed if not path.startswith("build/")]
    return sorted(path for path in set(listed)
        if path and (not endings or path.endswith(endings)) and (root / path).is_file())


def read(root, path):
    return (pathlib.Path(root) / path).read_text(encoding="utf-8", errors="replace")


def includes(root, path):
    """Triples of a line number, `<` or `"`, and the name. What stands in a raw string is not included."""
    text = re.sub(r'R"\(.*?\)"', lambda found: "\n" * found[0].count("\n"), read(root, path), flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found[1], found[2]
