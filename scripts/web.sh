#!/usr/bin/env bash
# The web app's own commands, from the root: scripts/web.sh install | build | test | browser | lint
set -euo pipefail
cd "$(dirname "$0")/../web"

task=${1:?install, build, test, browser or lint}
# new_enough holds node against what package.json asks for.
new_enough() {
  node -e 'const [have, want] = [process.versions.node, require("./package.json").engines.node.replace(">=", "")]
    .map((version) => version.split(".").map(Number));
    process.exit(have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]) ? 0 : 1);'
}

if ! command -v npm >/dev/null || ! new_enough; then
  echo "web.sh: NO NPM HERE, OR A NODE THAT IS TOO OLD (see web/package.json): web $task was SKIPPED" >&2
  [ -z "${CI:-}" ]
  exit
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund
fi

# build makes dist/app, unless it is newer than everything that it is made of.
build() {
  ../scripts/web-wasm.sh web/public/wasm
  local stamp=../.build/web-built
  if [ -f "$stamp" ] && [ -f dist/app/index.html ] && [ -z "$(find src public index.html vite.config.ts tsconfig.json package-lock.json -newer "$stamp" -print -quit)" ]; then
    return
  fi
  npm run build
  node scripts/compress.mjs
  mkdir -p ../.build
  touch "$stamp"
}

case $task in
  install) ;;
  build) build ;;
  test | lint) npm run "$task" ;;
  browser)
    if command -v chromium >/dev/null; then
      npm run test:browser
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
