#!/usr/bin/env bash
# Generates the web app's messages, web/src/gen, from proto/; with --check, fails when that changes anything.
# Without npm it does nothing: the committed files serve.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
  echo "webgen.sh: NO NPM HERE: web/src/gen was NOT generated" >&2
  [ -z "${CI:-}" ]
  exit
fi
scripts/web.sh install
buf=$(scripts/tool.sh buf)
scripts/proto-deps.sh

out=.build/gen-web
rm -rf "$out"
"$buf" generate --template web/buf.gen.yaml

if [ "${1:-}" = --check ]; then
  if ! diff -rq "$out" web/src/gen; then
    echo "webgen.sh: web/src/gen differs from the protos: run make proto and commit" >&2
    exit 1
  fi
  exit 0
fi
rm -rf web/src/gen
mkdir -p web/src
cp -r "$out" web/src/gen
