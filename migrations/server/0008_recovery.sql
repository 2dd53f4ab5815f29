-- After a rewind, and copies of devices.

-- On which PostgreSQL the epoch began: its system identifier, timeline and this database's oid. None until a server has started.
ALTER TABLE server ADD COLUMN home text;

-- Every epoch that began since, with why. For people: the program asks `server` alone.
CREATE TABLE epoch (
    epoch           uuid        PRIMARY KEY,
    began_at        timestamptz NOT NULL,
    reason          text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    -- Where it began to count operations.
    first_commit_no bigint      NOT NULL CHECK (first_commit_no >= 1)
);

-- What an earlier epoch had decided, and a device brought back with its receipt.
ALTER TABLE operation ADD COLUMN restored_epoch uuid;

-- A sale that comes back may name people and a shop that the backup lost. As with every other stamp, no key refers to them.
ALTER TABLE voucher DROP CONSTRAINT voucher_sold_staff_fkey, DROP CONSTRAINT voucher_sold_shop_fkey;

-- The lives of a device: a copy of it goes on as a life of its own. Each has a chain.
CREATE TABLE device_life (
    device_id   uuid    NOT NULL REFERENCES device,
    incarnation integer NOT NULL CHECK (incarnation >= 1),
    -- What a life in quarantine pushes waits for an admin.
    quarantined boolean NOT NULL DEFAULT false,
    -- The last operation that the server holds of it, and the chain's hash after it.
    last_seq    bigint  NOT NULL CHECK (last_seq >= 0),
    chain_hash  bytea   NOT NULL CHECK (octet_length(chain_hash) = 32),
    -- From which life it parted, after which operation with which hash, and its own hash after the first one that differs.
    parted_from integer,
    parted_after bigint NOT NULL DEFAULT 0 CHECK (parted_after BETWEEN 0 AND last_seq),
    parted_hash bytea   NOT NULL CHECK (octet_length(parted_hash) = 32),
    fork_hash   bytea   CHECK (octet_length(fork_hash) = 32),
    PRIMARY KEY (device_id, incarnation),
    FOREIGN KEY (device_id, parted_from) REFERENCES device_life,
    -- The same copy that asks again is the same life.
    UNIQUE (device_id, parted_from, parted_after, fork_hash),
    CHECK ((parted_from IS NULL) = (fork_hash IS NULL)),
    CHECK (parted_from < incarnation)
);
-- Until now every device had one life. Its chain began over its enrolment: "beadsbox chain 1" ‖ device ‖ incarnation ‖ public key.
INSERT INTO device_life (device_id, incarnation, last_seq, chain_hash, parted_hash)
SELECT id, incarnation, last_seq, chain_hash,
       sha256(convert_to('beadsbox chain 1', 'UTF8') || uuid_send(id) || int4send(incarnation) || public_key)
FROM device;
ALTER TABLE device DROP COLUMN incarnation, DROP COLUMN last_seq, DROP COLUMN chain_hash;

-- What an admin decided on what waited of one life.
CREATE TABLE quarantine_decision (
    id          uuid        PRIMARY KEY,
    device_id   uuid        NOT NULL,
    incarnation integer     NOT NULL,
    accepted    boolean     NOT NULL,
    reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    staff_id    uuid        NOT NULL REFERENCES staff,
    decided_at  timestamptz NOT NULL,
    FOREIGN KEY (device_id, incarnation) REFERENCES device_life
);

-- What came from a copy of a device, or from one that was revoked: kept as it came, for an admin. What was decided stands in
-- `operation` as well.
CREATE TABLE quarantine_operation (
    device_id   uuid        NOT NULL,
    incarnation integer     NOT NULL,
    dev_seq     bigint      NOT NULL CHECK (dev_seq >= 1),
    reason      text        NOT NULL CHECK (reason IN ('fork', 'revoked')),
    op_id       uuid,
    hash        bytea       NOT NULL CHECK (octet_length(hash) = 32),
    body        bytea       NOT NULL,
    received_at timestamptz NOT NULL,
    -- Whether the device's clock agreed with the server's when it came.
    clock_right boolean     NOT NULL,
    -- What kind of operation, and when by the device's clock; none where it cannot be read.
    kind        text,
    claimed_at  timestamptz,
    -- What a receipt that came with it says was decided, in an earlier epoch.
    word        jsonb,
    -- None while it waits.
    decision    uuid        REFERENCES quarantine_decision,
    PRIMARY KEY (device_id, incarnation, dev_seq),
    FOREIGN KEY (device_id, incarnation) REFERENCES device_life
);
CREATE INDEX quarantine_waiting ON quarantine_operation (device_id, incarnation, dev_seq) WHERE decision IS NULL;

GRANT UPDATE (epoch, home) ON server TO beadsbox_serve;
-- A new epoch counts from a place of its own.
GRANT SELECT, UPDATE ON SEQUENCE commit_no TO beadsbox_serve;
GRANT SELECT, INSERT ON epoch, quarantine_decision TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (quarantined, last_seq, chain_hash) ON device_life TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (decision) ON quarantine_operation TO beadsbox_serve;
