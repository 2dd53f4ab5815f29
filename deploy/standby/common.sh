# What the programs beside this share. Sourced. They run on the standby's machine, as the user that PostgreSQL runs as.
# shellcheck shell=bash

if [ -z "${BEADSBOX_POSTGRES_BIN:-}" ]; then
  BEADSBOX_POSTGRES_BIN=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/pg_ctl | sort -V | tail -n 1)")
fi

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# postgres PROGRAM ARGUMENTS…: one of PostgreSQL's programs.
postgres() { "$BEADSBOX_POSTGRES_BIN/$1" "${@:2}"; }

# ask CONNECTION SQL: one value.
ask() { PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-5} postgres psql -X -q -At -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }

# until_true SECONDS CONNECTION SQL: fails where it does not become so within that time.
until_true() {
  local end=$((SECONDS + $1))
  until [ "$(ask "$2" "$3" 2>/dev/null)" = t ]; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# set_in FOLDER NAME VALUE: the last line that names a setting counts. Works while the cluster is down, or follows another.
set_in() { printf "%s = '%s'\n" "$2" "${3//\'/\'\'}" >>"$1/postgresql.auto.conf"; }
