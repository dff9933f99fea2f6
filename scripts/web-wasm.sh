#!/usr/bin/env bash
# Builds the de-identification library for browsers: scripts/web-wasm.sh [DIR], build/wasm by default.
# DIR gets deid.wasm, its loader deid.mjs, and wasm_exec.js of the Go that built it.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-build/wasm}
version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo unknown)}
mkdir -p "$out"
CGO_ENABLED=0 GOOS=js GOARCH=wasm go build -trimpath -ldflags "-s -w -X main.version=$version" \
  -o "$out/deid.wasm" ./web/wasm
install -m 644 "$(go env GOROOT)/lib/wasm/wasm_exec.js" web/wasm/deid.mjs "$out/"
