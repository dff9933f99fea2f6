#!/usr/bin/env bash
# Compares proto/ with the main branch: a published message may grow, never change its meaning.
set -euo pipefail
cd "$(dirname "$0")/.."

ref=main
if git rev-parse --verify --quiet origin/main >/dev/null; then
  ref=origin/main
fi
if ! git rev-parse --verify --quiet "$ref" >/dev/null; then
  echo "proto-breaking.sh: SKIPPED: no branch $ref to compare with" >&2
  exit 0
fi

buf=$(scripts/tool.sh buf)
scripts/proto-deps.sh

# A copy of main's protos with the same dependencies beside it, for those are not in git.
base=.build/proto-main
rm -rf "$base"
mkdir -p "$base/.build"
git archive "$ref" -- proto buf.yaml | tar -x -C "$base"
cp -R .build/proto-deps "$base/.build/proto-deps"
"$buf" breaking --against "$base"
