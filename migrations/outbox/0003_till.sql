-- The till itself can be what an operation is about: its cash and its day. SQLite widens no check of a table in use, so the rows move
-- into a new one, as they are, in this one transaction.

CREATE TABLE outbox_with_till (
    dev_seq                 INTEGER PRIMARY KEY CHECK (dev_seq >= 1),
    op_id                   BLOB    NOT NULL UNIQUE CHECK (length(op_id) = 16),
    subject_kind            TEXT    NOT NULL CHECK (subject_kind IN ('voucher', 'template', 'till')),
    subject_id              BLOB    NOT NULL CHECK (length(subject_id) = 16),
    kind                    TEXT    NOT NULL,
    redemption              BLOB    CHECK (length(redemption) = 16),
    at                      INTEGER NOT NULL,
    body                    TEXT    NOT NULL,
    prev_hash               BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash                    BLOB    NOT NULL CHECK (length(hash) = 32),
    state                   TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'acknowledged')),
    verdict                 TEXT    CHECK (verdict IN ('applied', 'conflict', 'rejected')),
    outcome                 TEXT,
    ack_version             INTEGER,
    ack_epoch               BLOB    CHECK (length(ack_epoch) = 16),
    commit_no               INTEGER,
    receipt                 TEXT,
    contained_in            BLOB    CHECK (length(contained_in) = 16),
    contained_at            INTEGER,
    acknowledged_refusal_at INTEGER,
    receipt_epoch           BLOB    CHECK (length(receipt_epoch) = 16),
    quarantined             INTEGER NOT NULL DEFAULT 0 CHECK (quarantined IN (0, 1)),
    contradicted_by         TEXT
) STRICT;

INSERT INTO outbox_with_till
SELECT dev_seq, op_id, subject_kind, subject_id, kind, redemption, at, body, prev_hash, hash, state, verdict, outcome, ack_version, ack_epoch,
       commit_no, receipt, contained_in, contained_at, acknowledged_refusal_at, receipt_epoch, quarantined, contradicted_by
FROM outbox;

-- Its triggers go with it: nothing is deleted that does not stand in the other.
DROP TABLE outbox;
ALTER TABLE outbox_with_till RENAME TO outbox;

CREATE INDEX outbox_by_subject ON outbox (subject_id, dev_seq);
CREATE INDEX outbox_not_noted ON outbox (state, dev_seq) WHERE contained_in IS NULL;
CREATE INDEX outbox_noted ON outbox (contained_in, contained_at) WHERE contained_in IS NOT NULL;
CREATE INDEX outbox_by_redemption ON outbox (redemption) WHERE redemption IS NOT NULL;
CREATE INDEX outbox_refused ON outbox (dev_seq) WHERE verdict = 'rejected' AND acknowledged_refusal_at IS NULL;
CREATE INDEX outbox_quarantined ON outbox (dev_seq) WHERE quarantined = 1;
CREATE INDEX outbox_contradicted ON outbox (dev_seq) WHERE contradicted_by IS NOT NULL AND acknowledged_refusal_at IS NULL;
-- A few rows a day, so it costs a redemption nothing.
CREATE INDEX outbox_closes ON outbox (dev_seq) WHERE kind = 'close_day';

CREATE TRIGGER outbox_is_for_good BEFORE DELETE ON outbox
BEGIN
    SELECT RAISE(ABORT, 'an operation is never deleted');
END;

CREATE TRIGGER outbox_never_changes
BEFORE UPDATE OF dev_seq, op_id, subject_kind, subject_id, kind, redemption, at, body, prev_hash, hash ON outbox
BEGIN
    SELECT RAISE(ABORT, 'an operation never changes');
END;
