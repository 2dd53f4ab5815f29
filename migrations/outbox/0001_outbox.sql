-- What this device did, in order, and who it is. Never rebuilt.

CREATE TABLE enrolment (
    only_one          INTEGER PRIMARY KEY CHECK (only_one = 1),
    device            BLOB    NOT NULL CHECK (length(device) = 16),
    incarnation       INTEGER NOT NULL CHECK (incarnation >= 1),
    name              TEXT    NOT NULL,
    shop              BLOB    NOT NULL CHECK (length(shop) = 16),
    server_url        TEXT    NOT NULL,
    epoch             BLOB    NOT NULL CHECK (length(epoch) = 16),
    server_public_key BLOB    NOT NULL CHECK (length(server_public_key) = 32),
    certificate       TEXT    NOT NULL,
    enrolled_at       INTEGER NOT NULL,
    public_key        BLOB    NOT NULL CHECK (length(public_key) = 32),
    chain_origin      BLOB    NOT NULL CHECK (length(chain_origin) = 32)
) STRICT;

-- `redemption` is the one that an honour, withdrawal or undoing names. `verdict` repeats the kind of `outcome` for the indexes.
-- `contained_in` is the cache that was seen to hold the operation, once its cursor stood at `contained_at`.
CREATE TABLE outbox (
    dev_seq                 INTEGER PRIMARY KEY CHECK (dev_seq >= 1),
    op_id                   BLOB    NOT NULL UNIQUE CHECK (length(op_id) = 16),
    subject_kind            TEXT    NOT NULL CHECK (subject_kind IN ('voucher', 'template')),
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
    acknowledged_refusal_at INTEGER
) STRICT;

-- Few, because each costs a page in the commit that a person waits for. What the cache is not known to hold is a short list, in
-- which all that waits is found; the notes of the rest are written later and in bulk.
CREATE INDEX outbox_by_subject ON outbox (subject_id, dev_seq);
CREATE INDEX outbox_not_noted ON outbox (state, dev_seq) WHERE contained_in IS NULL;
CREATE INDEX outbox_noted ON outbox (contained_in, contained_at) WHERE contained_in IS NOT NULL;
CREATE INDEX outbox_by_redemption ON outbox (redemption) WHERE redemption IS NOT NULL;
CREATE INDEX outbox_refused ON outbox (dev_seq) WHERE verdict = 'rejected' AND acknowledged_refusal_at IS NULL;

CREATE TRIGGER outbox_is_for_good BEFORE DELETE ON outbox
BEGIN
    SELECT RAISE(ABORT, 'an operation is never deleted');
END;

CREATE TRIGGER outbox_never_changes
BEFORE UPDATE OF dev_seq, op_id, subject_kind, subject_id, kind, redemption, at, body, prev_hash, hash ON outbox
BEGIN
    SELECT RAISE(ABORT, 'an operation never changes');
END;

-- Buyers' data of the sales, apart from the operations so that it can be erased.
CREATE TABLE person (
    hash   BLOB PRIMARY KEY CHECK (length(hash) = 32),
    salt   TEXT NOT NULL,
    person TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE offline_sign_in (
    staff         BLOB    PRIMARY KEY CHECK (length(staff) = 16),
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    verifier      TEXT    NOT NULL,
    verified_at   INTEGER NOT NULL,
    failed        INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE preference (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
