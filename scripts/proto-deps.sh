#!/usr/bin/env bash
# Copies the protos that ours import from the Go module cache into .build/proto-deps, so that buf
# works without a remote registry. Their versions are those of go.mod, and nothing else.
# ibc protos stay out: we import none, and some need a file that no Go module carries.
set -euo pipefail
cd "$(dirname "$0")/.."

deps=.build/proto-deps
want=$(sha256sum go.mod scripts/proto-deps.sh)
if [ -f "$deps/.stamp" ] && [ "$(cat "$deps/.stamp")" = "$want" ]; then
  exit 0
fi

module_dir() {
  local dir
  dir=$(go list -m -f '{{.Dir}}' "$1")
  if [ -z "$dir" ]; then
    go mod download "$1"
    dir=$(go list -m -f '{{.Dir}}' "$1")
  fi
  echo "$dir"
}

# copy SOURCE TARGET: every .proto below SOURCE, same paths, below TARGET.
copy() {
  (cd "$1" && find . -name '*.proto' -print0) | while IFS= read -r -d '' file; do
    install -D -m 0644 "$1/$file" "$2/$file"
  done
}

rm -rf "$deps"
mkdir -p "$deps"

sdk=$(module_dir github.com/cosmos/cosmos-sdk)
copy "$sdk/proto/cosmos" "$deps/cosmos"
copy "$sdk/proto/amino" "$deps/amino"

comet=$(module_dir github.com/cometbft/cometbft)
copy "$comet/proto/tendermint" "$deps/tendermint"

gogo=$(module_dir github.com/cosmos/gogoproto)
copy "$gogo/gogoproto" "$deps/gogoproto"

cosmos_proto=$(module_dir github.com/cosmos/cosmos-proto)
copy "$cosmos_proto/proto/cosmos_proto" "$deps/cosmos_proto"

gateway=$(module_dir github.com/grpc-ecosystem/grpc-gateway)
copy "$gateway/third_party/googleapis/google/api" "$deps/google/api"

echo "$want" >"$deps/.stamp"
