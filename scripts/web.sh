#!/usr/bin/env bash
# The web app's own commands, from the root: scripts/web.sh build | test | browser | lint
set -euo pipefail
cd "$(dirname "$0")/../web"

task=${1:?build, test, browser or lint}
if ! command -v npm >/dev/null; then
  echo "web.sh: NO NPM HERE: web $task was SKIPPED" >&2
  [ -z "${CI:-}" ]
  exit
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund
fi

case $task in
  build | test | lint) npm run "$task" ;;
  browser)
    if command -v chromium >/dev/null; then
      npm run --if-present test:browser
    else
      echo "web.sh: NO CHROMIUM HERE: the browser tests were SKIPPED" >&2
      [ -z "${CI:-}" ]
    fi
    ;;
  *)
    echo "web.sh: unknown task $task" >&2
    exit 2
    ;;
esac
