#!/usr/bin/env bash
# Builds one pinned tool from tools/NAME/go.mod into tools/bin/NAME, and prints its path.
# Nothing happens when the binary was already built from the same go.mod, go.sum and Go version.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: scripts/tool.sh NAME (a folder of tools/)" >&2
  exit 2
fi
name=$1
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/tools/$name
bin=$root/tools/bin/$name
stamp=$root/tools/bin/.$name.stamp

if [ ! -f "$dir/go.mod" ]; then
  echo "tool.sh: no module tools/$name" >&2
  exit 2
fi

want=$({ go env GOVERSION GOOS GOARCH; cat "$dir/go.mod" "$dir/go.sum"; } | sha256sum | cut -d ' ' -f 1)
if [ -x "$bin" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
  echo "$bin"
  exit 0
fi

# The go.mod names exactly one tool: the package that is built.
package=$(awk '$1 == "tool" { print $2 }' "$dir/go.mod")
if [ -z "$package" ]; then
  echo "tool.sh: tools/$name/go.mod names no tool" >&2
  exit 2
fi

mkdir -p "$root/tools/bin"
rm -f "$stamp"
echo "tool.sh: building $name (the first build can take minutes)" >&2
(cd "$dir" && CGO_ENABLED=0 GOFLAGS='' nice -n 5 go build -mod=readonly -trimpath -ldflags '-s -w' -o "$bin" "$package")
echo "$want" >"$stamp"
echo "$bin"
