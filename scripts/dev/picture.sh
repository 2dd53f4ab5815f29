#!/usr/bin/env bash
# picture.sh FILE COMMAND…: runs a program with a window, and saves a picture of the screen as soon as the window has painted.
set -euo pipefail

file=$1
shift

"$@" &
program=$!

# A window that has not painted yet is of one colour.
painted() {
  local window colours
  for window in $(xdotool search --onlyvisible --pid "$program" 2>/dev/null); do
    colours=$(import -silent -window "$window" -depth 8 miff:- 2>/dev/null | identify -format '%k' miff:- 2>/dev/null) || continue
    [ "${colours:-0}" -le 16 ] || return 0
  done
  return 1
}

for _ in {1..300}; do
  kill -0 "$program" 2>/dev/null || break
  if painted; then
    # What comes after the first paint: fonts, and the answer of the server.
    sleep 1
    import -silent -window root "$file.new.png"
    mv "$file.new.png" "$file"
    break
  fi
  sleep 0.1
done

wait "$program"
