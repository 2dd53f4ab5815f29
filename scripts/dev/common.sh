# What all parts of ./dev share: progress lines, logs, and cleaning up. Sourced; needs ROOT.
# shellcheck shell=bash

DEV_DIR=$ROOT/.dev
LOG_DIR=$DEV_DIR/logs
mkdir -p "$LOG_DIR"
export PATH=$DEV_DIR/tools/bin:$PATH
# One choice of packages and features for every call of cargo, so that nothing is built twice.
# shellcheck disable=SC2034 # the parts that build use it
CARGO_SELECTION=(--workspace --features mybeadsbox/custom-protocol)

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# at_exit COMMAND…: the last one registered runs first.
AT_EXIT=()
at_exit() { AT_EXIT=("$(printf '%q ' "$@")" "${AT_EXIT[@]}"); }

clean_up() {
  local status=$? command
  trap - EXIT
  trap '' INT TERM HUP
  end_heartbeat
  [ -z "$RUNNING" ] || end_group "$RUNNING"
  for command in "${AT_EXIT[@]}"; do
    eval "$command" || true
  done
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Runs the command in the background, with everything it starts in one group of processes. Sets GROUP, its number. Whoever calls it, or calls
# who does, does so in no list of `||` and no `if`: there the command's own functions would go on after an error, and only their last word count.
start_group() {
  set -m
  "$@" </dev/null &
  GROUP=$!
  set +m
}

# end_group NUMBER: asks the group to end and waits for that; after ten seconds it has to.
end_group() {
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for _ in {1..100}; do
    lives "$1" || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

# lives NUMBER: whether a process of that group is left. One that has ended, and that nobody has asked about yet, is none.
lives() { ps -eo pgid=,stat= | awk -v group="$1" '$1 == group && $2 !~ /^Z/ { found = 1 } END { exit !found }'; }

# in_group COMMAND…: runs it to its end; when this script is stopped, so is all of it.
in_group() {
  local status=0
  start_group "$@"
  RUNNING=$GROUP
  wait "$GROUP" || status=$?
  RUNNING=
  return "$status"
}
RUNNING=

# heartbeat WHAT LOG GROUP MINUTES: a sign of life each minute, for whoever watches a long step, and the end of one that takes longer than those
# minutes; 0 for as long as it wants. Waits by `read`, which leaves no process behind.
heartbeat() {
  local never started=$SECONDS
  exec {never}<> <(:)
  while true; do
    read -rt 60 -u "$never" || true
    say "  … $1: $((SECONDS - started)) s, last: $(tail -n 1 "$2" | tr -dc '[:print:]' | cut -c 1-100)"
    if [ "$4" -gt 0 ] && [ $((SECONDS - started)) -ge $(($4 * 60)) ]; then
      say "  … $1: it may take $4 minutes, and is ended"
      end_group "$3"
    fi
  done
}
BEAT=
# How many minutes each step may take; 0 is no bound. Whoever knows better says so by `within`.
STEP_MINUTES=0

# within MINUTES step …: a step that may take so long.
within() {
  local STEP_MINUTES=$1
  shift
  "$@"
}

# step NAME WHAT COMMAND…: runs the command with its output in the log of that name, and shows the log's end if it fails.
step() {
  local name=$1 what=$2 started=$SECONDS status=0
  local log=$LOG_DIR/$name.log
  shift 2
  say "$what …"
  : >"$log"
  # Not as a part of a list of `||`: see there.
  start_group "$@" >"$log" 2>&1
  RUNNING=$GROUP
  heartbeat "$what" "$log" "$GROUP" "$STEP_MINUTES" &
  BEAT=$!
  wait "$GROUP" || status=$?
  end_heartbeat
  # Whatever it left behind when it failed.
  [ "$status" -eq 0 ] || end_group "$RUNNING"
  RUNNING=
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
    say "$what: failed after $((SECONDS - started)) s; all of it is in ${log#"$ROOT"/}" >&2
    exit "$status"
  fi
  say "$what: done in $((SECONDS - started)) s"
}

end_heartbeat() {
  [ -n "$BEAT" ] || return 0
  kill "$BEAT" 2>/dev/null || true
  wait "$BEAT" 2>/dev/null || true
  BEAT=
}

# stand_in FOLDER COMMAND…: so that whatever it starts can be found by where it stands.
stand_in() {
  cd "$1" || return
  exec "${@:2}"
}

# end_all_in FOLDER: ends whatever still stands there, because somebody killed what started it. Nobody else has anything to do in there.
end_all_in() {
  local folder process place standing=()
  folder=$(readlink -f "$1") || return 0
  # All of them in one go: to ask for each by a program of its own takes seconds.
  while read -r process place; do
    case $place in
      "$folder" | "$folder/"* | "$folder (deleted)") standing+=("${process#/proc/}") ;;
    esac
  done < <(find /proc/[0-9]*/cwd -maxdepth 0 -printf '%h %l\n' 2>/dev/null)
  [ ${#standing[@]} -eq 0 ] || kill -KILL "${standing[@]}" 2>/dev/null || true
}

in_ui() { (cd "$ROOT/ui" && "$@"); }

# free_port FROM: the first port from there on that nobody listens on.
free_port() {
  local port=$1
  while (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  printf '%s' "$port"
}

# Where cargo puts what it builds.
target_dir() { cargo metadata --no-deps --format-version 1 | jq -r .target_directory; }
