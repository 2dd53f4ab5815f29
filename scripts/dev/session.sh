#!/usr/bin/env bash
# session.sh [--keep DIR] COMMAND…: runs the command in a desktop session of its own: a virtual screen with a window manager, a
# message bus, an unlocked keyring, and private XDG folders, in DIR if they are to be kept. Ends all of it with the command.
set -euo pipefail

SCREEN=1600x1000x24

# The command and what serves it share this shell's group of processes, so that whoever stops the group stops all.
inside() {
  # The daemon needs a line on its input: an empty input opens a dialog instead.
  printf 'beads\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  openbox >/dev/null 2>&1 &
  local window_manager=$! status=0
  "$@" || status=$?
  kill "$window_manager" 2>/dev/null || true
  return "$status"
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
  exit
fi

home=
if [ "${1:-}" = --keep ]; then
  home=$2
  shift 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/beadsbox-session.XXXXXX")
home=${home:-$work/home}
screen=
clean_up() {
  [ -z "$screen" ] || { kill "$screen" && wait "$screen"; } 2>/dev/null || true
  # A daemon that is just ending may still write.
  rm -rf "$work" 2>/dev/null || { sleep 0.5 && rm -rf "$work"; }
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$home"/{data,config,cache,state} "$work/runtime"
chmod 700 "$work/runtime"
export XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_STATE_HOME=$home/state
export XDG_RUNTIME_DIR=$work/runtime

# The server itself chooses a display that is free, and says which once it is ready.
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 "$SCREEN" -nolisten tcp -noreset 3>"$work/display" >"$work/xvfb.log" 2>&1 &
screen=$!
if ! read -rt 20 display <"$work/display"; then
  cat "$work/xvfb.log" >&2
  echo "The virtual screen did not start." >&2
  exit 1
fi

unset WAYLAND_DISPLAY
export DISPLAY=:$display GDK_BACKEND=x11 GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1
# A software-rendered window starts faster and smaller without it.
export WEBKIT_DISABLE_DMABUF_RENDERER=1

dbus-run-session -- "${BASH_SOURCE[0]}" --inside "$@"
