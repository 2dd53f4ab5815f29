-- The order in which the server took operations. Gaps are harmless; for one voucher, numbers grow in the order of its lock.
CREATE SEQUENCE commit_no AS bigint;

-- What devices did, as it came. Only ever added to: who serves has no UPDATE or DELETE here.
CREATE TABLE operation (
    device_id    uuid        NOT NULL REFERENCES device,
    incarnation  integer     NOT NULL CHECK (incarnation >= 1),
    dev_seq      bigint      NOT NULL CHECK (dev_seq >= 1),
    op_id        uuid,
    -- Readable, of this device, and the first of its id.
    taken        boolean     NOT NULL,
    -- The chain's hash after it.
    hash         bytea       NOT NULL CHECK (octet_length(hash) = 32),
    body         bytea       NOT NULL,
    claimed_at   timestamptz,
    received_at  timestamptz NOT NULL,
    commit_no    bigint      NOT NULL UNIQUE,
    subject_kind text        CHECK (subject_kind IN ('template', 'voucher')),
    subject_id   uuid,
    -- None while it is held: its format is newer than the server.
    outcome      jsonb       CHECK (outcome ->> 'outcome' IN ('applied', 'conflict', 'rejected')),
    row_version  bigint      CHECK (row_version >= 1),
    receipt      bytea       CHECK (octet_length(receipt) = 64),
    PRIMARY KEY (device_id, incarnation, dev_seq),
    CHECK ((subject_kind IS NULL) = (subject_id IS NULL)),
    CHECK (NOT taken OR (op_id IS NOT NULL AND outcome IS NOT NULL))
);
CREATE UNIQUE INDEX operation_op_id ON operation (op_id) WHERE taken;
CREATE INDEX operation_subject ON operation (subject_kind, subject_id, commit_no) WHERE subject_id IS NOT NULL;

-- The signature over the chain's tip of every batch, for whoever checks a chain later.
CREATE TABLE push_tip (
    device_id   uuid        NOT NULL REFERENCES device,
    incarnation integer     NOT NULL,
    dev_seq     bigint      NOT NULL CHECK (dev_seq >= 1),
    tip         bytea       NOT NULL CHECK (octet_length(tip) = 32),
    signature   bytea       NOT NULL CHECK (octet_length(signature) = 64),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, incarnation, dev_seq)
);
