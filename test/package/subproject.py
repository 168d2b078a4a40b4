"""Configures a project that takes the sources of framex by add_subdirectory, and compiles a file of that project.

subproject.py FRAMEX_SOURCE COMPILER
"""
import subprocess
import sys
import tempfile
from pathlib import Path

framex, compiler = sys.argv[1:]
with tempfile.TemporaryDirectory(prefix="framex-subproject-") as build:
    subprocess.run(["cmake", "-G", "Ninja", "-S", Path(__file__).parent / "subproject", "-B", build,
        f"-DFRAMEX_SOURCE={framex}", f"-DCMAKE_CXX_COMPILER={compiler}", "-DFRAMEX_NPM=", "-DFRAMEX_INSTALL=ON"], check=True, timeout=60)
    subprocess.run(["cmake", "--build", build, "--target", "compiled"], check=True, timeout=60)
