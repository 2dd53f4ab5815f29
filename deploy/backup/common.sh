# What the programs beside this share. Sourced. Runs as postgres on a machine that Ansible's role `backup` set up.
# shellcheck shell=bash

: "${BEADSBOX_STANZA:?}" "${BEADSBOX_DATABASE:?}" "${BEADSBOX_CLUSTER_VERSION:?}" "${BEADSBOX_CLUSTER:?}" "${BEADSBOX_CLUSTER_PORT:?}"
# shellcheck disable=SC2034 # for those that source this
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NUMBERS=${BEADSBOX_NUMBERS:-/var/lib/beadsbox-numbers}
# shellcheck disable=SC2034
BIN=/usr/lib/postgresql/$BEADSBOX_CLUSTER_VERSION/bin

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# live ARGUMENTS…: asks the cluster that runs here.
live() { psql -X -q -v ON_ERROR_STOP=1 -At -h /var/run/postgresql -p "$BEADSBOX_CLUSTER_PORT" -d "$BEADSBOX_DATABASE" "$@"; }

follows() { [ "$(live -c 'SELECT pg_is_in_recovery()')" = t ]; }

# number NAME VALUE HELP: leaves a number for whoever watches. Written beside and renamed, so that nobody reads half of it. Readable for all, as the
# units have everything else that they write be nobody's but their own.
number() {
  [ -d "$NUMBERS" ] || return 0
  printf '# HELP %s %s\n# TYPE %s gauge\n%s %s\n' "$1" "$3" "$1" "$1" "$2" >"$NUMBERS/$1.prom.new"
  chmod 644 "$NUMBERS/$1.prom.new"
  mv "$NUMBERS/$1.prom.new" "$NUMBERS/$1.prom"
}
