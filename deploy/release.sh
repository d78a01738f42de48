#!/usr/bin/env bash
# Runs on the host that serves the bot: brings an image up, looks whether it is ready, goes back if it is not.
#   release.sh IMAGE        (in the folder with compose.yaml and .env)
set -euo pipefail
image=${1:?which image}
compose=(docker compose)
ready="import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"

up() { # the whole set on one image; true when the bot says that it is ready within two minutes
  IMAGE=$1 "${compose[@]}" up --detach --no-build --remove-orphans || return 1
  for _ in $(seq "${RELEASE_TRIES:-24}"); do
    IMAGE=$1 "${compose[@]}" exec -T bot python -c "$ready" && return 0
    sleep "${RELEASE_PAUSE:-5}"
  done
  return 1
}

before=$("${compose[@]}" ps --format '{{.Image}}' bot | head -n 1)
IMAGE=$image "${compose[@]}" pull migrate bot
if IMAGE=$image "${compose[@]}" run --rm migrate && up "$image"; then
  printf 'IMAGE=%s\n' "$image" >release.env
  echo "released: $image"
  exit 0
fi
echo "not ready: $image" >&2
if [ -n "$before" ]; then
  # a schema that went ahead stays: the older program refuses it and says so, which is when to restore a backup
  up "$before" && echo "back on: $before" >&2
fi
exit 1
