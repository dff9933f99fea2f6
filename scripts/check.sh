#!/usr/bin/env bash
# Everything that must hold before a change is taken. Each stage runs even when an earlier one failed;
# build/stages.json records them in go test's own form, so that test/summary counts them with the tests.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

mkdir -p build
rm -f build/stages.json build/test-*.json
go build -o build/summary ./test/summary || exit
fault=0

stage() {
  local name=$1 start=$SECONDS verdict=pass
  shift
  printf '\n==== %s: %s\n' "$name" "$*"
  if ! "$@"; then
    verdict=fail
    fault=1
  fi
  printf '==== %s: %s after %d s\n' "$name" "$verdict" $((SECONDS - start))
  printf '{"Action":"%s","Package":"check","Test":"%s"}\n' "$verdict" "$name" >>build/stages.json
}

stage proto make -s check-proto
stage fmt make -s check-fmt
stage lint make -s lint
stage vectors make -s check-vectors
stage test make -s test RACE=1
stage web scripts/web.sh lint

printf '\n'
build/summary build/stages.json build/test-*.json
exit "$fault"
