"""Runs one check over the project: check.py NAME ROOT. Prints every problem; exit 1 when there is one."""
import importlib
import sys


def main():
    name, root = sys.argv[1:]
    found = importlib.import_module(name).problems(root)
    print("\n".join(found) if found else f"{name}: ok")
    sys.exit(bool(found))


main()
