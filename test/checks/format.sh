#!/usr/bin/env bash
# Every C++ file of the project is formatted as .clang-format says: format.sh ROOT
set -euo pipefail
cd "$1"
if ! command -v clang-format-19 >/dev/null; then
    echo "skipped: clang-format-19 is not installed"
    exit 77
fi
git ls-files -z -co --exclude-standard '*.hpp' '*.cpp' |
    xargs -0 sh -c 'for file; do [ ! -f "$file" ] || printf "%s\0" "$file"; done' files |
    xargs -0 -r -n 40 -P 2 clang-format-19 --dry-run -Werror || {
    echo "./dev format formats them"
    exit 1
}
