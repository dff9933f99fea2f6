#!/usr/bin/env bash
# Builds the de-identification library for browsers: scripts/web-wasm.sh [DIR], build/wasm by default.
# DIR gets deid.wasm, its loader deid.mjs, and wasm_exec.js of the Go that built it.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-build/wasm}
version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo unknown)}
built=.build/wasm/deid.wasm
mkdir -p "$out" "${built%/*}"
CGO_ENABLED=0 GOOS=js GOARCH=wasm go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$built" ./web/wasm

# A file that is already right keeps its time stamp: web.sh builds the app anew when one is newer.
for file in "$built" "$(go env GOROOT)/lib/wasm/wasm_exec.js" web/wasm/deid.mjs; do
  cmp -s "$file" "$out/${file##*/}" || install -m 644 "$file" "$out/"
done
