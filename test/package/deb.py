"""Makes the Debian packages of a built tree, and looks into them.

deb.py BUILD_FOLDER VERSION
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

build, version = sys.argv[1:]


def output(*command):
    return subprocess.check_output([str(word) for word in command], text=True, timeout=120)


def expect(what, right, found):
    if not right:
        sys.exit(f"{what}; found: {found}")


with tempfile.TemporaryDirectory(prefix="framex-deb-") as name:
    folder = Path(name)
    output("cpack", "--config", Path(build) / "CPackConfig.cmake", "-B", folder)
    packages = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}
    expect("two packages", sorted(packages) == ["framex", "libframex-dev"], list(packages))
    for package, needed in [
        ("framex", ["libstdc++6", "libboost-json1.81.0", "libboost-url1.81.0", "libssl3"]),
        ("libframex-dev", [f"framex (= {version})", "libboost1.81-dev", "libboost-json1.81-dev", "libboost-url1.81-dev"]),
    ]:
        depends = output("dpkg-deb", "-f", packages[package], "Depends")
        for word in needed:
            expect(f"{package} depends on {word}", word in depends, depends)
        expect(f"{package} is of {version}", output("dpkg-deb", "-f", packages[package], "Version") == f"{version}\n", "")

    runtime, dev = folder / "runtime", folder / "dev"
    output("dpkg-deb", "-x", packages["framex"], runtime)
    output("dpkg-deb", "-x", packages["libframex-dev"], dev)
    files = {root: [str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()] for root in (runtime, dev)}
    for root, pattern in [
        (runtime, r"usr/lib/.*libframex\.so\.0"), (runtime, r"usr/share/doc/framex/copyright"),
        (dev, r"usr/lib/.*libframex\.so"), (dev, r"usr/include/framex/framex\.hpp"),
        (dev, r"usr/lib/.*framex-config\.cmake"), (dev, r"usr/lib/.*framex_add_plugin\.cmake"),
        (dev, r"usr/lib/.*framex\.pc"),
    ]:
        expect(f"a file {pattern}", any(re.fullmatch(pattern, path) for path in files[root]), files[root])
    flags = next(dev.rglob("framex.pc")).read_text()
    expect("no rpath in what is installed into /usr", "rpath" not in flags, flags)
    expect("no file in both", not set(files[runtime]) & set(files[dev]), files)
    expect("the program runs", version in output(runtime / "usr/bin/framex", "--version"), "")
