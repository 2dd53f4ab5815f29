-- A digest of what is only ever added to, up to the commit :last: the operations with their chains, what they did to the books, what
-- templates said. A restored database and the one that went on since print the same. What serving may still decide about an
-- operation (its outcome, while it was held or in quarantine) is not in it.
SET TIME ZONE 'UTC';
SET bytea_output = 'hex';
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
WITH hashes AS (
  SELECT md5(row(device_id, incarnation, dev_seq, op_id, hash, body, claimed_at, received_at, commit_no)::text) AS h FROM operation WHERE commit_no <= :last
)
SELECT 'operation', count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0), coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0) FROM hashes;
WITH hashes AS (SELECT md5(ledger_entry::text) AS h FROM ledger_entry WHERE commit_no <= :last)
SELECT 'ledger_entry', count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0), coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0) FROM hashes;
SELECT 'books', currency, sum(amount_minor), sum(service_minor), sum(money_minor), sum(stake_minor) FROM ledger_entry WHERE commit_no <= :last GROUP BY currency ORDER BY currency;
COMMIT;
