"""src/ and test/ mirror include/framex/: the same rooms, and a test file is named after a header or a source.

`sources_problems.cpp` may stand beside `sources.cpp`. The tests of server and cli go through the whole room and are
named after what a client sees.
"""
import pathlib

from include_direction import ALLOWED
from sources import tracked

MIRRORED = set(ALLOWED) - {"server", "cli"}


def problems(root):
    found = []
    paths = tracked(root, ".hpp", ".cpp")
    stems = {}
    for path in paths:
        parts = pathlib.PurePath(path).parts
        if parts[:2] == ("include", "framex") or parts[0] == "src":
            inner = parts[2:] if parts[0] == "include" else parts[1:]
            if len(inner) > 1:
                if inner[0] not in ALLOWED:
                    found.append(f"{path}: there is no room {inner[0]}")
                stems.setdefault(inner[0], set()).add(pathlib.PurePath(path).stem)
    for path in paths:
        parts = pathlib.PurePath(path).parts
        if parts[0] == "test" and len(parts) == 3 and parts[1] in MIRRORED and path.endswith(".cpp"):
            stem = pathlib.PurePath(path).stem
            if not any(stem == each or stem.startswith(each + "_") for each in stems.get(parts[1], ())):
                found.append(f"{path}: no header and no source of the room {parts[1]} has this name")
    return found
