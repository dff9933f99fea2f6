#!/usr/bin/env bash
# Shellcheck over every tracked shell script. Without shellcheck it says so, and fails only under CI.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v shellcheck >/dev/null; then
  echo "check-shell.sh: SHELLCHECK IS NOT INSTALLED: shell scripts were NOT checked (Debian: apt-get install shellcheck)" >&2
  [ -z "${CI:-}" ]
  exit
fi
git ls-files -z -- '*.sh' .ci/run | xargs -0 -r shellcheck
