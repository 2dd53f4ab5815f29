# ./dev up and ./dev down: the central system on this machine, to try it. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/run.sh
. scripts/dev/run.sh

# Where the folder of ./dev up --all is written down.
UP_FOLDER_FILE=$DEV_DIR/up.folder

dev_up() {
  case "$*" in
    '') up_server ;;
    --all) up_all ;;
    *) fail "./dev up does not know $*; see ./dev help." ;;
  esac
}

# The server alone, on the database that ./dev run has as well.
up_server() {
  set_up_packages "${BUILD_PACKAGES[@]}" "${POSTGRES_PACKAGES[@]}"
  check_rust
  step up-build "Building the server" cargo build "${CARGO_SELECTION[@]}" --bin beadsbox-server
  BIN=$(target_dir)/debug
  only_one_at_a_time run
  start_sample_database
  start_server
  tell
  say "Ctrl+C, or ./dev down, ends it."
  wait "$SERVER" || true
  tail -n 20 "$LOG_DIR/server.log" >&2
  fail "The server ended by itself."
}

# Every part that docs/operations.md names. What it knows goes with it: each time it begins anew.
up_all() {
  set_up_packages "${BUILD_PACKAGES[@]}" "${POSTGRES_PACKAGES[@]}" "${SERVICE_PACKAGES[@]}"
  check_rust
  check_node
  set_up_ui
  # With the desktop program, which it says how to open.
  step ui-build "Building the screens" in_ui npm run build
  step up-build "Building server, parts and desktop program" \
    cargo build "${CARGO_SELECTION[@]}" --bin beadsbox-server --bin beadsbox-up --bin mybeadsbox
  local program folder
  program=$(target_dir)/debug/beadsbox-up
  only_one_at_a_time up
  folder=$(cluster_home)
  folder=${folder%/pg}/up
  end_all_in "$folder/parts"
  rm -rf "$folder"
  mkdir -p "$folder/parts"
  chmod 711 "$folder" "$folder/parts"
  printf '%s' "$folder" >"$UP_FOLDER_FILE"
  at_exit end_all_in "$folder/parts"
  # Each part has its files in a folder of its own in there.
  export TMPDIR=$folder/parts
  in_group stand_in "$folder/parts" "$program" "$folder"
}

dev_down() {
  [ $# -eq 0 ] || fail "./dev down takes no arguments."
  local name
  for name in up run; do
    end_other "$name"
  done
  [ ! -f "$UP_FOLDER_FILE" ] || end_all_in "$(<"$UP_FOLDER_FILE")/parts"
  say "Nothing of ./dev up is running."
}

# end_other NAME: ends the ./dev up that has that name's place, and waits until it has.
end_other() {
  local process
  process=$(other "$1" 'dev up')
  [ -n "$process" ] || return 0
  say "Ending ./dev up, process $process"
  kill -TERM "$process" 2>/dev/null || return 0
  for _ in {1..600}; do
    kill -0 "$process" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "Process $process does not end."
}
