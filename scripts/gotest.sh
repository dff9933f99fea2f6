#!/usr/bin/env bash
# Runs Go tests and keeps their record: scripts/gotest.sh FILE [e2e | RACE-PATTERN...]
# e2e: only what runs real processes, test/e2e and test/network, never from the cache. RACE-PATTERN: these packages run with
# the race detector instead of without it, all others plainly. Nothing but FILE: all but those, plainly.
set -euo pipefail
cd "$(dirname "$0")/.."

record=$1
shift
: >"$record"

# run NAME FLAG... PACKAGE...: one go test, shown by test/summary and appended to the record. It runs in the module
# of $folder, or of the root.
run() {
  echo "== $1"
  shift
  go -C "${folder:-.}" test -json -timeout 20m "$@" | go run ./test/summary -append "$record"
}

if [ "${1:-}" = e2e ]; then
  fault=0
  run "end to end, with the programs in build/" -count=1 ./test/e2e/... || fault=1
  run "networks under siege, with the programs in build/" -count=1 ./test/network/... || fault=1
  exit "$fault"
fi

race=()
for pattern in "$@"; do
  packages=$(go list "$pattern")
  while IFS= read -r package; do race+=("$package"); done <<<"$packages"
done
packages=$(go list ./... | grep -vE '/test/(e2e|network)$')
plain=()
while IFS= read -r package; do
  case " ${race[*]} " in *" $package "*) continue ;; esac
  plain+=("$package")
done <<<"$packages"

fault=0
run "go test" "${plain[@]}" || fault=1
folder=test/bench run "go test, module test/bench" ./... || fault=1
if [ ${#race[@]} -gt 0 ]; then
  if command -v "${CC:-gcc}" >/dev/null; then
    CGO_ENABLED=1 run "go test -race" -race "${race[@]}" || fault=1
  else
    echo "gotest.sh: NO RACE DETECTOR: no C compiler here; the packages with goroutines run plainly" >&2
    run "go test, without -race" "${race[@]}" || fault=1
  fi
fi
exit "$fault"
