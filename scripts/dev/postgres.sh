# A PostgreSQL cluster of the project's own, on a free port of 127.0.0.1. Sourced.
# shellcheck shell=bash

# PostgreSQL refuses to run as root; there it runs as `postgres`.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    # From a folder that this user may stand in.
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

postgres_bin() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [ -x "$newest" ] || newest=$(command -v initdb) || fail "PostgreSQL's initdb is missing: install the postgresql package."
  dirname "$newest"
}

# cluster_home: a folder for the kept cluster that whoever runs PostgreSQL can reach. A checkout below /root cannot be.
cluster_home() {
  local mark candidate
  mark=$(printf '%s' "$ROOT" | sha256sum | cut -c 1-12)
  for candidate in "$DEV_DIR" "${XDG_STATE_HOME:-/var/tmp}/beadsbox-$mark" "/var/tmp/beadsbox-$mark"; do
    mkdir -p "$candidate"
    if as_postgres test -x "$candidate" 2>/dev/null; then
      printf '%s/pg' "$candidate"
      return
    fi
  done
  fail "The user postgres can reach neither $DEV_DIR nor /var/tmp."
}

# start_postgres FOLDER: starts the cluster there, making it if need be; it ends with this script.
# Sets POSTGRES_URL, of the superuser, and POSTGRES_IS_NEW.
start_postgres() {
  local folder=$1 bin password port
  bin=$(postgres_bin)
  POSTGRES_IS_NEW=
  if ! as_postgres test -f "$folder/PG_VERSION"; then
    # shellcheck disable=SC2034 # whoever starts it asks
    POSTGRES_IS_NEW=yes
    step initdb "Making a PostgreSQL cluster in $folder" make_cluster "$bin" "$folder"
  fi
  local version
  version=$(as_postgres cat "$folder/PG_VERSION")
  [ "$version" = "$("$bin/initdb" --version | grep -oE '[0-9]+' | head -n 1)" ] ||
    fail "The cluster in $folder is of PostgreSQL $version, which is not what is installed now. Remove it, and it is made anew."
  # One that a killed ./dev left behind.
  if as_postgres "$bin/pg_ctl" -D "$folder" status >/dev/null 2>&1; then
    as_postgres "$bin/pg_ctl" -D "$folder" -m fast stop >/dev/null
  fi
  at_exit stop_postgres "$bin" "$folder"
  for _ in {1..5}; do
    port=$(free_port $((20000 + RANDOM % 20000)))
    if launch_postgres "$bin" "$folder" "$port"; then
      password=$(as_postgres cat "$folder/superuser.password")
      POSTGRES_URL=postgres://beadsbox:$password@127.0.0.1:$port/postgres
      say "PostgreSQL $version listens on 127.0.0.1:$port"
      return
    fi
  done
  as_postgres tail -n 20 "$folder/postgres.log" >&2
  fail "PostgreSQL did not start."
}

make_cluster() {
  local bin=$1 folder=$2
  rm -rf "$folder"
  mkdir -p "$folder"
  chmod 700 "$folder"
  [ "$(id -u)" -ne 0 ] || chown postgres "$folder"
  # initdb wants the folder empty, so the password's file lies beside it for a moment.
  local password_file=$folder.password
  (umask 077 && openssl rand -hex 16 >"$password_file")
  [ "$(id -u)" -ne 0 ] || chown postgres "$password_file"
  as_postgres "$bin/initdb" -D "$folder" --username=beadsbox --auth=scram-sha-256 --pwfile="$password_file" --encoding=UTF8 --locale=C.UTF-8
  mv "$password_file" "$folder/superuser.password"
}

# Durable, as in production: a test that confirms something must find it confirmed for the right reason.
launch_postgres() {
  local options=(
    "-c listen_addresses=127.0.0.1" "-c port=$3" "-c unix_socket_directories=''"
    "-c max_connections=300" "-c synchronous_commit=on" "-c fsync=on"
  )
  as_postgres "$1/pg_ctl" -D "$2" -w -t 60 -l "$2/postgres.log" -o "${options[*]}" start >/dev/null 2>&1
}

stop_postgres() {
  as_postgres "$1/pg_ctl" -D "$2" -m fast -w -t 60 stop >/dev/null 2>&1 || as_postgres "$1/pg_ctl" -D "$2" -m immediate stop >/dev/null 2>&1
}

# start_throwaway_postgres: one that leaves nothing behind, for tests. Sets BEADSBOX_TEST_DATABASE_URL and POSTGRES_FOLDER.
start_throwaway_postgres() {
  local home base=${TMPDIR:-/tmp}
  as_postgres test -x "$base" 2>/dev/null || base=/tmp
  home=$(mktemp -d "$base/beadsbox-pg.XXXXXX")
  at_exit rm -rf "$home"
  chmod 711 "$home"
  POSTGRES_FOLDER=$home/pg
  start_postgres "$POSTGRES_FOLDER"
  export BEADSBOX_TEST_DATABASE_URL=$POSTGRES_URL
}
