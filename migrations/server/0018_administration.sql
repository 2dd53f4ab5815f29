-- Administration: one-time passwords, second factors, shops that close, buyers who are erased, and who administered what.

ALTER TABLE staff
    -- Counts what somebody signs in with: a device lets nobody in without the server by what was good before.
    ADD COLUMN sign_in_version bigint NOT NULL DEFAULT 0 CHECK (sign_in_version >= 0),
    -- Of a password that an admin had made: until when it opens the one sign-in at which it is replaced.
    ADD COLUMN one_time_until timestamptz;

-- When each person last signed in at each device.
CREATE TABLE staff_sign_in (
    staff_id  uuid        NOT NULL REFERENCES staff,
    device_id uuid        NOT NULL REFERENCES device,
    at        timestamptz NOT NULL,
    PRIMARY KEY (staff_id, device_id)
);

-- What a person's authenticator shares with the server (RFC 6238). Nobody but the role that serves can read it.
CREATE TABLE second_factor (
    staff_id   uuid        PRIMARY KEY REFERENCES staff,
    -- None until the first code was shown.
    secret     bytea       CHECK (octet_length(secret) = 20),
    since      timestamptz,
    -- The step of the last code that was taken: none counts twice.
    last_step  bigint,
    -- A new one, until a code of it is shown.
    pending    bytea       CHECK (octet_length(pending) = 20),
    pending_at timestamptz,
    CHECK (num_nulls(secret, since, last_step) IN (0, 3)),
    CHECK ((pending IS NULL) = (pending_at IS NULL))
);

-- For whoever lost the authenticator: each serves once. SHA-256 of the code: 60 random bits need no slow hash.
CREATE TABLE recovery_code (
    staff_id  uuid        NOT NULL REFERENCES staff,
    code_hash bytea       NOT NULL CHECK (octet_length(code_hash) = 32),
    used_at   timestamptz,
    PRIMARY KEY (staff_id, code_hash)
);

ALTER TABLE shop
    -- ISO 3166-1, two letters; none where nobody said.
    ADD COLUMN country text CHECK (country ~ '^[A-Z]{2}$'),
    -- Lines as they stand on paper.
    ADD COLUMN address text CHECK (char_length(address) BETWEEN 1 AND 300),
    -- Since when nothing new begins there.
    ADD COLUMN closed_at timestamptz;

-- The version that a device last called with.
ALTER TABLE device ADD COLUMN program_version text CHECK (char_length(program_version) BETWEEN 1 AND 40);

-- The least validity of vouchers by country, in months. NULL for the rows that the program comes with.
ALTER TABLE settings ADD COLUMN least_validity jsonb CHECK (jsonb_typeof(least_validity) = 'array');

-- Who administered what, when. Only ever added to, and without personal data of buyers. No key refers to anybody: the server itself and
-- the command line have the nil id, and after a restore people may be lost.
CREATE TABLE admin_act (
    id         uuid        PRIMARY KEY,
    at         timestamptz NOT NULL,
    staff_id   uuid        NOT NULL,
    kind       text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
    -- What it was done to, and what that was called then.
    subject_id uuid,
    subject    text        CHECK (char_length(subject) <= 100),
    details    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object')
);
CREATE INDEX admin_act_at ON admin_act (at DESC, id DESC);

-- The salted hashes of buyers who were erased: what comes under one of them, from a device that has not heard of it or after a restore, is
-- not kept again. Without its salt a hash says nothing about a person.
CREATE TABLE erased_person (
    hash      bytea       PRIMARY KEY CHECK (octet_length(hash) = 32),
    act_id    uuid        NOT NULL REFERENCES admin_act,
    erased_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE (at) ON staff_sign_in TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factor TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON recovery_code TO beadsbox_serve;
GRANT SELECT, INSERT ON admin_act, erased_person TO beadsbox_serve;
