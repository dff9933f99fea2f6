#!/usr/bin/env bash
# Writes the known answers of test/vectors anew; with --check, fails when that changes anything.
# A package takes part when its tests import test/vectors and have a test named ...Vectors...
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages < <(
  { git grep -lF --untracked 'volens/test/vectors"' -- '*_test.go' || true; } | xargs -r -n 1 dirname | sort -u | sed 's|^|./|'
)
if [ ${#packages[@]} -eq 0 ]; then
  echo "vectors.sh: found no package that writes vectors" >&2
  exit 1
fi
VOLENS_UPDATE_VECTORS=1 go test -count=1 -run Vectors "${packages[@]}"

if [ "${1:-}" = --check ]; then
  changed=$(git status --porcelain -- 'test/vectors/*.json')
  if [ -n "$changed" ]; then
    echo "vectors.sh: the vectors differ from the commit:" >&2
    echo "$changed" >&2
    git --no-pager diff --stat HEAD -- 'test/vectors/*.json' >&2
    exit 1
  fi
fi
