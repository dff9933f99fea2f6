#!/usr/bin/env bash
# Fails when the committed generated code is not what proto/ gives today.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/protogen.sh

fault=0
if ! git diff --exit-code --stat HEAD -- '*.pb.go' '*.pb.gw.go'; then
  echo "check-generated.sh: generated code differs from the commit: run make proto and commit" >&2
  fault=1
fi
untracked=$(git ls-files --others --exclude-standard -- '*.pb.go' '*.pb.gw.go')
if [ -n "$untracked" ]; then
  echo "check-generated.sh: generated but not committed:" >&2
  echo "$untracked" >&2
  fault=1
fi
exit "$fault"
