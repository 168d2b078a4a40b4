"""Who may include whom: coro, model <- http, config <- client, engine, plugin <- server <- test, cli."""
import pathlib

from sources import includes, tracked

BASE = {"coro", "model"}
MIDDLE = BASE | {"http", "config"}
UPPER = MIDDLE | {"client", "engine", "plugin"}
ALLOWED = {
    "coro": {"coro"},
    "model": {"model"},
    "http": BASE | {"http"},
    "config": BASE | {"config"},
    "client": MIDDLE | {"client"},
    "engine": MIDDLE | {"engine"},
    "plugin": MIDDLE | {"client", "plugin"},
    "server": UPPER | {"server"},
    "test": UPPER | {"server", "test"},
    "cli": UPPER | {"server", "cli", "builtin_plugins"},
}
# What no public header may include.
HIDDEN = ("boost/beast/http.hpp", "boost/beast/core.hpp", "CLI/", "toml++/", "spdlog/", "fmt/")


def room_of(path):
    """The room of include/framex/ROOM/..., src/ROOM/... or framex/ROOM/...; None for files beside the rooms."""
    parts = pathlib.PurePath(path).parts
    while parts and parts[0] in ("include", "src", "framex"):
        parts = parts[1:]
    return parts[0] if len(parts) > 1 else None


def target_of(root, path, kind, name):
    """The project's file that the include means, or None for another library's."""
    candidates = [f"include/{name}"]
    if kind == '"':
        candidates = [str(pathlib.PurePath(path).parent / name), f"src/{name}", name, f"include/{name}"]
    for candidate in candidates:
        full = (pathlib.Path(root) / candidate).resolve()
        if full.is_file() and full.is_relative_to(pathlib.Path(root).resolve()):
            return str(full.relative_to(pathlib.Path(root).resolve()))
    return None


def inside_library(root, path, kind, name):
    room, target = room_of(path), target_of(root, path, kind, name)
    if target == "include/framex/framex.hpp":
        return "the umbrella is for plugin authors, not for the library"
    if path.startswith("include/") and (name.startswith(HIDDEN) or kind == '"'):
        return f"a public header may not include {name}"
    if room is None or target is None:
        return None
    if room not in ALLOWED:
        return f"there is no room {room}"
    other = "builtin_plugins" if target.startswith("builtin_plugins/") else room_of(target)
    if other is not None and other not in ALLOWED[room]:
        return f"the room {room} may not include the room {other}: {name}"
    return None


def outside_library(root, path, kind, name):
    target = target_of(root, path, kind, name)
    top = pathlib.PurePath(path).parts[0]
    if kind == '"' and (target is None or pathlib.PurePath(target).parts[0] != top):
        return f"{top} sees <framex/...> and its own files only, not {name}"
    if kind == "<" and name.startswith("framex/") and target is None:
        return f"there is no public header {name}"
    return None


def problems(root):
    found = []
    for path in tracked(root, ".hpp", ".cpp"):
        top = pathlib.PurePath(path).parts[0]
        judge = {"include": inside_library, "src": inside_library, "builtin_plugins": outside_library,
            "example": outside_library}.get(top)
        for line, kind, name in includes(root, path) if judge else ():
            reason = judge(root, path, kind, name)
            if reason:
                found.append(f"{path}:{line}: {reason}")
    return found
