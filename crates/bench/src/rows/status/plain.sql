-- What one push leaves behind, as a script of pgbench: :size changes, each client its own.
\set turn :turn + 1
\set first ((:turn - 1) * :clients + :client_id) * :size
\set end :first + :size
BEGIN;
UPDATE voucher v SET status = c.status, since_op = c.op, since_at = now(), row_version = v.row_version + 1
FROM bench_change c WHERE c.n >= :first AND c.n < :end AND v.id = c.voucher_id;
INSERT INTO redemption (op_id, voucher_id, at, staff_id, shop_id, device_id, mode, outcome)
SELECT op, voucher_id, now(), shop_id, shop_id, device_id, 'asked', 'accepted' FROM bench_change WHERE n >= :first AND n < :end AND status = 'used';
UPDATE redemption r SET undone_by = c.op FROM bench_change c WHERE c.n >= :first AND c.n < :end AND r.op_id = c.undoes;
WITH taken AS (
    INSERT INTO operation (device_id, incarnation, dev_seq, op_id, taken, hash, body, claimed_at, received_at, commit_no, subject_kind, subject_id,
                           outcome, row_version, receipt)
    SELECT device_id, 1, 1000000 + n, op, true, hash, body, now(), now(), nextval('commit_no'), 'voucher', voucher_id, '{"outcome": "applied"}', 2, receipt
    FROM bench_change WHERE n >= :first AND n < :end RETURNING commit_no, op_id)
INSERT INTO ledger_entry (commit_no, line, voucher_id, template_id, kind, amount_minor, currency, service_minor, money_minor, stake_minor, vat_minor, vat_kind,
                          shop_id, done_shop, sold_shop, staff_id, device_id, business_at, business_day, received_at, received_day, sold_day)
SELECT t.commit_no, 1, c.voucher_id, c.template_id, 'redeemed', 1500, 'EUR', -1500, 0, 0, 0, 'multi_purpose',
       c.shop_id, c.shop_id, c.shop_id, c.shop_id, c.device_id, now(), current_date, now(), current_date, current_date
FROM taken t JOIN bench_change c ON c.op = t.op_id;
INSERT INTO change_feed (kind, entity_id, seq) SELECT 'voucher', voucher_id, nextval('bench_seq') FROM bench_change WHERE n >= :first AND n < :end
ON CONFLICT (kind, entity_id) DO UPDATE SET seq = excluded.seq;
COMMIT;
