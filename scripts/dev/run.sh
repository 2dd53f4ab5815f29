# ./dev run: the whole thing on sample data. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/test.sh
. scripts/dev/test.sh

dev_run() {
  local profile=debug pictures='' flags=()
  while [ $# -gt 0 ]; do
    case $1 in
      --release) profile=release flags=(--release) ;;
      --screenshot)
        [ -n "${2:-}" ] || fail "--screenshot needs a folder."
        pictures=$2
        shift
        ;;
      *) fail "./dev run does not know $1; see ./dev help." ;;
    esac
    shift
  done
  set_up run
  step ui-build "Building the screens" in_ui npm run build
  step build "Building the programs" cargo build "${CARGO_SELECTION[@]}" --bins "${flags[@]}"
  BIN=$(target_dir)/$profile
  if [ -n "$pictures" ]; then take_pictures "$pictures"; else run_program; fi
}

# Pictures of every screen, on a fresh database so that they are the same each time.
take_pictures() {
  start_throwaway_postgres
  name_programs "$BIN"
  mkdir -p "$1"
  say "Taking pictures into $1"
  LC_ALL=C.UTF-8 in_group scripts/dev/session.sh "$BIN/screens" "$1"
  say "$(find "$1" -name '*.png' | wc -l) pictures in $1"
}

run_program() {
  only_one_at_a_time run
  start_sample_database
  start_server
  open_program
  say "Ctrl+C ends it."
  local ended=0
  wait -n "$SERVER" "$PROGRAM" || ended=$?
  kill -0 "$SERVER" 2>/dev/null || { tail -n 20 "$LOG_DIR/server.log" && fail "The server ended by itself."; }
  [ "$ended" -eq 0 ] || { tail -n 20 "$LOG_DIR/desktop.log" && fail "The program ended with status $ended."; }
  say "The program was closed."
}

# only_one_at_a_time NAME: takes that place, unless another one has it.
only_one_at_a_time() {
  local process
  process=$(other "$1" 'dev \(run\|up\)')
  [ -z "$process" ] || fail "$(command_line "$process")is going on already, as process $process. ./dev down ends a ./dev up."
  echo $$ >"$DEV_DIR/$1.pid"
  at_exit rm -f "$DEV_DIR/$1.pid"
}

# command_line PROCESS: nothing where there is none.
command_line() { { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true; }

# other NAME PATTERN: the number of the process that has that place, if its command line is like that.
other() {
  local process=''
  [ ! -f "$DEV_DIR/$1.pid" ] || process=$(<"$DEV_DIR/$1.pid")
  if [ -n "$process" ] && command_line "$process" | grep -q "$2"; then printf '%s' "$process"; fi
}

# The kept database, with sample data in it.
start_sample_database() {
  local folder
  folder=$(cluster_home)
  start_postgres "$folder"
  # Whoever was enrolled at the database that is gone has to enrol anew.
  [ -z "$POSTGRES_IS_NEW" ] || rm -rf "$DEV_DIR"/device-*
  prepare_database
}

# Migrations and sample data as the owner; a narrower role to serve with, as in production.
prepare_database() {
  local password psql
  psql=$(postgres_bin)/psql
  password=${POSTGRES_URL#*beadsbox:} password=${password%%@*}
  OWNER_URL=${POSTGRES_URL%/postgres}/beadsbox
  SERVE_URL=${OWNER_URL/beadsbox:/beadsbox_dev:}
  "$psql" -qX -v ON_ERROR_STOP=1 "$POSTGRES_URL" <<'SQL'
SELECT 'CREATE DATABASE beadsbox' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'beadsbox') \gexec
SQL
  DATABASE_URL=$OWNER_URL step migrate "Migrating the database" "$BIN/beadsbox-server" migrate
  "$psql" -qX -v ON_ERROR_STOP=1 -v password="$password" "$OWNER_URL" <<'SQL'
SELECT 'CREATE ROLE beadsbox_dev LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'beadsbox_dev') \gexec
ALTER ROLE beadsbox_dev PASSWORD :'password';
SET client_min_messages = warning;
GRANT beadsbox_serve TO beadsbox_dev;
SQL
  DATABASE_URL=$OWNER_URL step seed "Adding sample data" "$BIN/beadsbox-server" seed
}

start_server() {
  local listen
  listen=127.0.0.1:$(free_port 8000)
  SERVER_URL=http://$listen
  DATABASE_URL=$SERVE_URL start_group "$BIN/beadsbox-server" serve --listen "$listen" >"$LOG_DIR/server.log" 2>&1
  SERVER=$GROUP
  at_exit end_group "$SERVER"
  for _ in {1..300}; do
    if curl -fsS -o /dev/null --max-time 2 "$SERVER_URL/readyz" 2>/dev/null; then
      say "The server is ready at $SERVER_URL (log: .dev/logs/server.log)"
      say "The shop page: http://localhost:${listen##*:}/vouchers/"
      return
    fi
    kill -0 "$SERVER" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$LOG_DIR/server.log" >&2
  fail "The server did not become ready."
}

# A one-time code to enrol with, for the first shop.
enrolment_code() {
  local shops
  shops=$(DATABASE_URL=$OWNER_URL "$BIN/beadsbox-server" shop list)
  DATABASE_URL=$OWNER_URL "$BIN/beadsbox-server" device code --shop "${shops%% *}"
}

# The data of a device belong to the keyring that holds its keys, so each kind of keyring has a folder of its own.
open_program() {
  local code data='' arguments=() session=()
  code=$(enrolment_code)
  if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    data=$DEV_DIR/device-virtual
    session=(scripts/dev/session.sh --keep "$DEV_DIR/device-virtual/session" scripts/dev/picture.sh "$DEV_DIR/window.png")
    export LC_ALL=C.UTF-8
  elif has_keyring; then
    data=$DEV_DIR/device-keyring
  else
    say "This session has no keyring: the program keeps its keys in a file instead"
    data=$DEV_DIR/device-file
    arguments=(--key-file "$DEV_DIR/device-file/keys")
  fi
  mkdir -p "$data"
  arguments+=(--data-dir "$data/data" --enrol-server "$SERVER_URL" --enrol-code "$code" --device-name "${HOSTNAME:-Desk}")
  rm -f "$DEV_DIR/window.png"
  start_group "${session[@]}" "$BIN/mybeadsbox" "${arguments[@]}" >"$LOG_DIR/desktop.log" 2>&1
  PROGRAM=$GROUP
  at_exit end_group "$PROGRAM"
  [ ${#session[@]} -eq 0 ] || wait_for_picture
  tell
}

has_keyring() {
  dbus-send --session --print-reply --reply-timeout=5000 --dest=org.freedesktop.secrets \
    /org/freedesktop/secrets org.freedesktop.DBus.Peer.Ping >/dev/null 2>&1
}

wait_for_picture() {
  for _ in {1..600}; do
    [ ! -s "$DEV_DIR/window.png" ] || return 0
    kill -0 "$PROGRAM" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$LOG_DIR/desktop.log" >&2
  fail "The window did not show."
}

# What a person needs to know now.
tell() {
  echo
  cat "$LOG_DIR/seed.log"
  echo
  echo "Server            $SERVER_URL (its interface: $SERVER_URL/openapi.json)"
  echo "Another device    enrol it with the code $(enrolment_code)"
  [ ! -s "$DEV_DIR/window.png" ] || echo "The window        is open on a virtual screen; its picture: $DEV_DIR/window.png"
  echo
}
