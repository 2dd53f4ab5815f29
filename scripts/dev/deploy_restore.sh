# Backups of the machines of ./dev test --deploy, rehearsed and restored. Sourced.
# shellcheck shell=bash

# The server's sample data, a backup, more of them, a restore point, still more: then the backup and the log are brought back to that point.
rehearse_restore() {
  local expected=/var/lib/postgresql/expected rehearse
  mapfile -t rehearse < <(as_backup one /usr/local/lib/beadsbox/rehearse)
  server_does seed
  wanted "a backup ends by itself" on one systemctl start beadsbox-backup.service
  server_does seed --vouchers 2000
  # Nobody writes while the digest is taken; serving goes on afterwards.
  on three systemctl stop beadsbox-api.service beadsbox-worker.service
  as_superuser one -f /usr/local/lib/beadsbox/digest.sql >"$DEPLOY_DIR/expected"
  as_superuser one -c "SELECT pg_create_restore_point('rehearsed')" -c "SELECT pg_switch_wal()" >/dev/null
  wanted "there are operations, vouchers and books to compare" test "$(grep -cE '^public\.(operation|voucher|ledger_entry)\|[1-9]' "$DEPLOY_DIR/expected")" -eq 3
  server_does seed --vouchers 2500
  on three systemctl start beadsbox-api.service beadsbox-worker.service
  on one sh -c "cat >$expected && chown postgres $expected" <"$DEPLOY_DIR/expected"
  wanted "the backup comes back, row by row" "${rehearse[@]}" --target-name rehearsed --expect "$expected"
  # A digest that cannot tell would prove nothing: one row otherwise, and it has to say so.
  on one sed -i -E '/^public\.ledger_entry/ s/\|(-?[0-9]+)$/|1\1/' "$expected"
  refused "a row that is otherwise is noticed" "${rehearse[@]}" --target-name rehearsed --expect "$expected"
  # Where it runs each week: on the replica, out of the repository that all of them share.
  wanted "the rehearsal of each week passes" on three systemctl start beadsbox-rehearsal.service
  on three journalctl --no-pager -o cat -u beadsbox-rehearsal.service | grep '^Restored in'
  wanted "and leaves a number for whoever watches" shows_number three beadsbox_rehearsal_finished_seconds
  wanted "as the backup did" shows_number one beadsbox_backup_finished_seconds
}

# shows_number MACHINE NAME
shows_number() {
  curl -fsS --max-time 20 "http://${ADDRESSES[$1]}:$(port exporter)/metrics" -o "$DEPLOY_DIR/numbers" && grep -q "^$2 [0-9]" "$DEPLOY_DIR/numbers"
}

# as_backup MACHINE PROGRAM: how one of its programs is run by hand; a word a line.
as_backup() {
  printf '%s\n' on "$1" runuser -u postgres -- env
  on "$1" cat /etc/default/beadsbox-backup
  printf '%s\n' "$2"
}

# server_does COMMAND…: as the database's owner, with the program that was installed.
server_does() {
  local program
  program=$(on three systemctl show --property=ExecStart --value beadsbox-api.service | grep -oE '/opt/beadsbox/[^ ;]+' | head -n 1)
  on three env "DATABASE_URL=postgres://beadsbox_owner:$(jq -rn --arg p "$(secret postgresql_passwords.owner)" '$p | @uri')@primary.$DOMAIN:$(port postgresql)/beadsbox?sslmode=verify-full&sslrootcert=$AUTHORITY" \
    "$program" "$@" >/dev/null
}

# As deploy/README.md says: everything ends, the database comes back, the first server begins a new epoch, and what follows is made anew.
restore_for_real() {
  local before held restore
  mapfile -t restore < <(as_backup one /usr/local/lib/beadsbox/restore)
  before=$(epoch)
  held=$(as_superuser one -c 'SELECT count(*) FROM voucher')
  as_superuser one -c 'SELECT pg_switch_wal()' >/dev/null
  refused "nobody restores over a database that runs" "${restore[@]}" --yes
  on three systemctl stop 'beadsbox-*'
  on two systemctl stop postgresql@15-main.service
  on three systemctl stop postgresql@15-main.service
  on one systemctl stop postgresql@15-main.service
  "${restore[@]}" --yes
  on one systemctl start postgresql@15-main.service
  wanted "the database takes writes again" answers one 'SELECT pg_is_in_recovery()' f
  wanted "every voucher is back" test "$(as_superuser one -c 'SELECT count(*) FROM voucher')" = "$held"
  apply -e postgresql_anew=true
  wait_until_ready
  refused "the epoch is a new one" test "$(epoch)" = "$before"
  probe_replication one two
}
