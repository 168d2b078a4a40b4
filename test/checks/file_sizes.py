"""A file that nobody wants to read as a whole is split by what it does: 400 lines at most."""
from sources import read, tracked

LINES = 400


def problems(root):
    found = []
    for path in tracked(root, ".hpp", ".cpp", ".py", ".sh", ".txt"):
        lines = len(read(root, path).splitlines())
        if lines > LINES and "/golden/" not in path:
            found.append(f"{path}: {lines} lines; split it, {LINES} are the limit")
    return found
