#!/usr/bin/env bash
# Starts a Volens network of n validators and a gateway on this machine, without the story, until Ctrl-C:
# scripts/localnet.sh [-n VALIDATORS] [-d DIR] [-o PORT_OFFSET] [-t BLOCK_TIME]
# Homes, keys and logs lie below DIR, a new folder; without -d they go when the network ends.
set -euo pipefail

usage() {
  sed -n '2,4s/^# //p' "$0"
  exit "${1:-2}"
}

validators=4 dir='' offset=0 block_time=1s
while getopts 'n:d:o:t:h' option; do
  case $option in
    n) validators=$OPTARG ;;
    d) dir=$OPTARG ;;
    o) offset=$OPTARG ;;
    t) block_time=$OPTARG ;;
    h) usage 0 ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage
[[ $validators =~ ^[0-9]+$ && $offset =~ ^[0-9]+$ ]] || usage

root=$(cd "$(dirname "$0")/.." && pwd)
program=${VOLENS:-$root/build/volens}
if [ ! -x "$program" ]; then
  echo "localnet.sh: $program is not built: run \`make build\` first" >&2
  exit 1
fi

command=("$program" demo --no-story --validators "$validators" --port-offset "$offset" --block-time "$block_time")
if [ -n "$dir" ]; then
  if [ -e "$dir" ]; then
    echo "localnet.sh: $dir exists: name a new folder" >&2
    exit 1
  fi
  command+=(--dir "$dir")
fi
exec "${command[@]}"
