-- What a standby shows of the database that it follows, and what operations people may read. docs/adr/0049-a-standby-that-loses-nothing.md says why.

-- A sign of life that whoever serves gives every few seconds, on the database's own clock. How much older it is in a copy is how far the copy is
-- behind; what it says in a standby whose primary was lost tells whether commits waited for that standby to the end. One row.
CREATE TABLE sign_of_life (
    singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    at        timestamptz NOT NULL DEFAULT now(),
    -- For which standbys commits waited then; empty where for none.
    waits_for text        NOT NULL DEFAULT '' CHECK (char_length(waits_for) <= 1000)
);
INSERT INTO sign_of_life DEFAULT VALUES;
GRANT SELECT, UPDATE (at, waits_for) ON sign_of_life TO beadsbox_serve;

-- Where an epoch went on in a standby that had lost nothing. Only ever added to.
CREATE TABLE takeover (
    home      text        PRIMARY KEY,
    continues text        NOT NULL,
    epoch     uuid        NOT NULL,
    at        timestamptz NOT NULL
);
GRANT SELECT, INSERT ON takeover TO beadsbox_serve;

-- The group of operations people: it reads what running the system needs. No buyer, no code that goes as money, no free text in which somebody may
-- have written a name, no secret or hash of one. What is not named here it cannot read, and neither what comes later.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'beadsbox_ops') THEN
        CREATE ROLE beadsbox_ops NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL; -- made at the same moment by the migration of another database
END
$$;
GRANT USAGE ON SCHEMA public TO beadsbox_ops;

GRANT SELECT ON
    _sqlx_migrations, approval, change_feed, change_inbox, conflict_assignment, device_former_shop, epoch, feed_batch, ledger_entry, ledger_filled,
    ledger_month, mail_settings, outbox_import, redemption, settings, shop, sign_of_life, staff_sign_in, takeover, voucher_template,
    voucher_template_version
    TO beadsbox_ops;
GRANT SELECT (singleton, epoch, created_at, home) ON server TO beadsbox_ops;
GRANT SELECT (id, name, role, active, barred_at, row_version) ON staff TO beadsbox_ops;
GRANT SELECT (id, name, shop_id, profile, state, enrolled_at, last_contact_at, waiting, clock_skew_seconds, offline_limits, wrong_pins, program_version,
              row_version) ON device TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, quarantined, last_seq, parted_from, parted_after) ON device_life TO beadsbox_ops;
GRANT SELECT (id, template_id, template_version, payment, sold_op, sold_at, sold_staff, sold_shop, sold_device, expires_on, expires_at, status, since_op,
              since_at, since_staff, since_shop, since_device, home_shop, row_version) ON voucher TO beadsbox_ops;
GRANT SELECT (id, voucher_id, kind, accepted_op, accepted_at, accepted_staff, accepted_shop, accepted_device, other_op, other_at, other_staff, other_shop,
              other_device, state, settlement, settled_op, settled_at, settled_staff, settled_shop, settled_device, taken_no, row_version)
    ON conflict TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, dev_seq, op_id, taken, claimed_at, received_at, commit_no, subject_kind, subject_id, row_version, restored_epoch)
    ON operation TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, dev_seq, received_at) ON push_tip TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, dev_seq, reason, op_id, received_at, clock_right, kind, claimed_at, decision) ON quarantine_operation TO beadsbox_ops;
GRANT SELECT (id, device_id, incarnation, accepted, staff_id, decided_at) ON quarantine_decision TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, dev_seq, op_id, at, staff_id, shop_id, movement, minor, currency) ON cash_move TO beadsbox_ops;
GRANT SELECT (device_id, incarnation, dev_seq, op_id, at, staff_id, shop_id, number, day, after_seq, through_seq, agrees) ON day_close TO beadsbox_ops;
GRANT SELECT (id, profile, format, epoch, seq, begun_at, rows, of_rows, vouchers, made_at) ON snapshot TO beadsbox_ops;
GRANT SELECT (id, kind, created_at, state, run_after, leased_until, attempts, trouble, trouble_detail, ended, ended_at) ON job TO beadsbox_ops;
GRANT SELECT (id, at, staff_id, kind, subject_id) ON admin_act TO beadsbox_ops;
