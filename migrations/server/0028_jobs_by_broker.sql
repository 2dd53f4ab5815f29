-- Of which jobs the broker was told, and what the server does by itself as jobs. docs/adr/0050-jobs-by-a-broker.md says why.

-- Since when a message about it is with the broker. None: the relay has not told of it, or it is to be told of anew.
ALTER TABLE job ADD COLUMN announced_at timestamptz;
-- Operations people see how the queue stands.
GRANT SELECT (announced_at) ON job TO beadsbox_ops;
CREATE INDEX job_unannounced ON job (run_after) WHERE state = 'waiting' AND announced_at IS NULL;
GRANT UPDATE (announced_at) ON job TO beadsbox_serve;

-- What is no mail is done, not sent.
ALTER TABLE job DROP CONSTRAINT job_ended_check,
    ADD CONSTRAINT job_ended_check CHECK (ended IN ('sent', 'done', 'buyer_erased', 'no_address', 'not_owed', 'person_barred', 'discarded'));

-- How many days before its last day a buyer is reminded of a voucher; none to remind nobody.
ALTER TABLE mail_settings ADD COLUMN reminder_days smallint CHECK (reminder_days BETWEEN 1 AND 60);
GRANT UPDATE (reminder_days) ON mail_settings TO beadsbox_serve;
ALTER TABLE mail_text DROP CONSTRAINT mail_text_kind_check,
    ADD CONSTRAINT mail_text_kind_check CHECK (kind IN ('voucher', 'password_reset', 'reminder'));

-- Of which voucher its buyer was reminded before which last day: once. One that is extended has another last day.
CREATE TABLE reminder (
    voucher_id uuid        NOT NULL,
    last_day   date        NOT NULL,
    noted_at   timestamptz NOT NULL,
    PRIMARY KEY (voucher_id, last_day)
);
CREATE INDEX reminder_last_day ON reminder (last_day);
GRANT SELECT, INSERT, DELETE ON reminder TO beadsbox_serve;
