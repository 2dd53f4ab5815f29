# The loss of the primary among the machines of ./dev test --deploy, as deploy/README.md says what to do about it. Sourced.
# shellcheck shell=bash

# Somebody writes all the time, the standby is away for a moment, and in this moment the primary's power is cut: everything that was acknowledged is
# in the standby that takes over, the server goes on there in the same epoch, and the old primary comes back as the standby of the new one.
take_over() {
  local before held lost_at
  before=$(epoch)
  sql one owner 'CREATE TABLE acknowledged (number bigint PRIMARY KEY)'
  refused_for "still serves" "nobody takes over from a primary that serves" promote "$(moment)"
  start_writing
  sleep 3
  # While its standby is away, the primary has commits wait for the replica: what is acknowledged now, the standby lacks.
  on two systemctl stop postgresql@15-main.service
  held=$(wc -l <"$DEPLOY_DIR/acknowledged")
  sleep 2
  lost_at=$(moment)
  cut_power one
  wait_for_writer
  wanted "with the standby away, commits are acknowledged by the replica" test "$(wc -l <"$DEPLOY_DIR/acknowledged")" -gt "$held"
  on two systemctl start postgresql@15-main.service
  # As one that is lost is to Ansible in production.
  change_inventory ".all.hosts.one += {ansible_connection: \"ssh\", ansible_host: \"${ADDRESSES[one]}\", ansible_port: $(port ssh_one)}"
  refused_for "is a moment with its zone" "a day is not when it was lost" promote "${lost_at%% *}"
  wanted "the standby takes over" promote "$lost_at"
  wanted "it takes writes" test "$(as_superuser two -c 'SELECT pg_is_in_recovery()')" = f
  name_primary two
  probe_takeover "$before"
  bring_back_old_primary "$before"
}

moment() { date -u '+%Y-%m-%d %H:%M:%S+00'; }

# promote LOST_AT
promote() {
  play promote -e postgresql_primary=two -e "promote_lost=one.$DOMAIN" -e "{\"promote_lost_at\": \"$1\"}"
}

# Row after row in commits of their own. What psql prints was acknowledged before: those are in the file `acknowledged`.
start_writing() {
  : >"$DEPLOY_DIR/acknowledged"
  seq 1 1000000 | sed 's/.*/INSERT INTO acknowledged VALUES (&) RETURNING number;/' |
    on three env "PGPASSWORD=$(secret postgresql_passwords.owner)" psql -X -q -At -v ON_ERROR_STOP=1 \
      "host=primary.$DOMAIN port=$(port postgresql) dbname=beadsbox user=beadsbox_owner sslmode=verify-full sslrootcert=$AUTHORITY" \
      >"$DEPLOY_DIR/acknowledged" 2>"$DEPLOY_DIR/writer.words" &
  WRITER=$!
}

# It ends with its connection, and that it is no sooner over is seen by its words.
wait_for_writer() {
  ! wait "$WRITER" || fail "Whoever wrote was not cut off."
  wanted "whoever wrote is cut off in the middle of it" grep -qE 'connection to server was lost|server closed the connection' "$DEPLOY_DIR/writer.words"
  wanted "after $(wc -l <"$DEPLOY_DIR/acknowledged") commits that were acknowledged" test "$(wc -l <"$DEPLOY_DIR/acknowledged")" -gt 100
}

# probe_takeover EPOCH
probe_takeover() {
  as_superuser two -c 'SELECT number FROM acknowledged ORDER BY number' >"$DEPLOY_DIR/kept"
  wanted "every one of them is in the new primary" test -z "$(comm -23 <(sort "$DEPLOY_DIR/acknowledged") <(sort "$DEPLOY_DIR/kept"))"
  wait_until_ready
  wanted "the server answers from there, in the same epoch" test "$(epoch)" = "$1"
  wanted "and writes there" answers two "SELECT at > clock_timestamp() - interval '5 seconds' FROM sign_of_life" t
  wanted "and has noted that the epoch goes on in the one that took over" answers two 'SELECT count(*) FROM takeover' 1
}

# bring_back_old_primary EPOCH
bring_back_old_primary() {
  local aside
  switch_on one
  wait_for_machine one
  aside=$(set_aside one)
  change_inventory ".all.hosts.one = (.all.hosts.one | del(.ansible_connection, .ansible_port) | .ansible_host = \"$DEPLOY_DIR/one\")
    | .all.vars.postgresql_primary = \"two\" | .all.vars.postgresql_standbys = [\"one\"]"
  apply
  probe_replication two one
  wanted "what the old primary held is set aside" test "$(set_aside one)" -eq $((aside + 1))
  sql two owner 'DROP TABLE acknowledged'
  wanted "the epoch is still the same" test "$(epoch)" = "$1"
  wanted "the new primary is backed up" on two systemctl start beadsbox-backup.service
  wanted "and what it backed up can be restored" on three systemctl start beadsbox-rehearsal.service
}

# set_aside MACHINE: how many times something was.
set_aside() { on "$1" find /var/lib/postgresql/15 -maxdepth 1 -name 'main.before-*' | wc -l; }
