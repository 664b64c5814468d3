#!/bin/sh
# Runs its arguments with a Node that is new enough: the one npm installed here, else the machine's; else says so in one line.
set -eu
house=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

refuse() {
  echo "passerelle: $1" >&2
  exit 69
}

# True where `v24.12.0` or later is given; TypeScript runs without a flag or a warning from there on.
is_new_enough() {
  version=${1#v}
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  case "$major$minor" in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt 24 ] || { [ "$major" -eq 24 ] && [ "$minor" -ge 12 ]; }
}

[ -d "$house/node_modules" ] || refuse "not installed yet: run 'npm ci' in $house"
for node in "$house/node_modules/.bin/node" "$(command -v node || true)"; do
  [ -n "$node" ] && [ -x "$node" ] || continue
  found=$("$node" --version 2>/dev/null || true)
  is_new_enough "$found" && exec "$node" "$@"
done
refuse "needs Node 24.12 or later, found ${found:-none}: run 'npm ci' with install scripts allowed, it brings Node 26"
