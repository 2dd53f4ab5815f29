-- Snapshots for devices without a cache. Unlogged: after a crash both tables are empty, the next device that asks has one made
-- anew, and whoever was in the middle of one begins again.
CREATE UNLOGGED TABLE snapshot (
    id             uuid        PRIMARY KEY,
    profile        text        NOT NULL CHECK (profile IN ('counter', 'office')),
    format         integer     NOT NULL,
    epoch          uuid        NOT NULL,
    -- Where the feed stood.
    seq            bigint      NOT NULL CHECK (seq >= 1),
    tag            text        NOT NULL CHECK (char_length(tag) = 32),
    begun_at       timestamptz NOT NULL,
    -- How many rows are written, of about how many.
    rows           bigint      NOT NULL DEFAULT 0 CHECK (rows >= 0),
    of_rows        bigint      NOT NULL CHECK (of_rows >= 0),
    -- None while it is being made.
    vouchers       bigint      CHECK (vouchers >= 0),
    voucher_digest text        CHECK (char_length(voucher_digest) = 64),
    made_at        timestamptz,
    CHECK (num_nulls(vouchers, voucher_digest, made_at) IN (0, 3))
);
CREATE INDEX snapshot_newest ON snapshot (profile, made_at);

CREATE UNLOGGED TABLE snapshot_chunk (
    snapshot_id uuid    NOT NULL REFERENCES snapshot ON DELETE CASCADE,
    number      integer NOT NULL CHECK (number >= 0),
    rows        bigint  NOT NULL CHECK (rows >= 0),
    plain_bytes bigint  NOT NULL CHECK (plain_bytes >= 0),
    sha256      bytea   NOT NULL CHECK (octet_length(sha256) = 32),
    bytes       bytea   NOT NULL,
    PRIMARY KEY (snapshot_id, number)
);
-- They are compressed already; uncompressed storage also finds the middle of one without reading its beginning.
ALTER TABLE snapshot_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE (rows, vouchers, voucher_digest, made_at), DELETE ON snapshot TO beadsbox_serve;
GRANT SELECT, INSERT, DELETE ON snapshot_chunk TO beadsbox_serve;

-- For pruning: how old a batch's tag is, and the right to forget it.
ALTER TABLE feed_batch ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();
GRANT DELETE ON feed_batch TO beadsbox_serve;
GRANT DELETE ON enrolment_code TO beadsbox_serve;
