-- Work that is done later. Each job is written in the transaction that causes it, so it is there if and only if what caused it is. Whoever
-- takes one leases it; a killed worker's lease ends, and another one takes the job again. docs/adr/0037-jobs-and-mail.md says why.
CREATE TABLE job (
    id             uuid        PRIMARY KEY,
    kind           text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 50),
    -- What caused it: of one kind there is one job for each, however often it is asked for. Mails have their Message-ID from both.
    cause          uuid        NOT NULL,
    -- What it is about, by ids alone: who is erased is in no job.
    payload        jsonb       NOT NULL CHECK (jsonb_typeof(payload) = 'object' AND octet_length(payload::text) <= 16384),
    created_at     timestamptz NOT NULL,
    state          text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    -- Nobody takes it before.
    run_after      timestamptz NOT NULL,
    -- Whoever runs it, under this name, has until then.
    lease          uuid,
    leased_until   timestamptz,
    -- How often it was taken.
    attempts       integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Why the last attempt came to nothing; the detail is numbers of a mail server, never anybody's address.
    trouble        text,
    trouble_detail text        CHECK (char_length(trouble_detail) <= 100),
    -- What became of it.
    ended          text        CHECK (ended IN ('sent', 'buyer_erased', 'no_address', 'not_owed', 'person_barred', 'discarded')),
    ended_at       timestamptz,
    UNIQUE (kind, cause),
    CHECK ((lease IS NULL) = (leased_until IS NULL) AND (state = 'running') = (lease IS NOT NULL)),
    CHECK ((state = 'done') = (ended IS NOT NULL)),
    CHECK ((state IN ('done', 'dead')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'dead' OR trouble IS NOT NULL)
);
CREATE INDEX job_due ON job (run_after) WHERE state = 'waiting';
CREATE INDEX job_leased ON job (leased_until) WHERE state = 'running';
CREATE INDEX job_dead ON job (ended_at) WHERE state = 'dead';
CREATE INDEX job_done ON job (ended_at) WHERE state = 'done';
CREATE INDEX job_vouchers ON job USING gin ((payload -> 'vouchers') jsonb_path_ops);

GRANT SELECT, INSERT, DELETE, UPDATE (state, run_after, lease, leased_until, attempts, trouble, trouble_detail, ended, ended_at) ON job TO beadsbox_serve;

-- How the organisation writes. One row.
CREATE TABLE mail_settings (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    -- Whether a voucher goes to its buyer by itself once the server has its sale.
    at_sale     boolean NOT NULL DEFAULT true,
    language    text    NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'fr')),
    row_version bigint  NOT NULL DEFAULT 1 CHECK (row_version >= 1)
);
INSERT INTO mail_settings DEFAULT VALUES;

-- What an admin wrote in the place of the program's own texts.
CREATE TABLE mail_text (
    kind        text        NOT NULL CHECK (kind IN ('voucher', 'password_reset')),
    language    text        NOT NULL CHECK (language IN ('en', 'fr')),
    -- None of both where the program's own text holds again.
    subject     text        CHECK (char_length(subject) BETWEEN 1 AND 200),
    body        text        CHECK (char_length(body) BETWEEN 1 AND 5000),
    changed_by  uuid        NOT NULL REFERENCES staff,
    changed_at  timestamptz NOT NULL,
    row_version bigint      NOT NULL CHECK (row_version >= 1),
    PRIMARY KEY (kind, language),
    CHECK ((subject IS NULL) = (body IS NULL))
);

GRANT SELECT, UPDATE (at_sale, language, row_version) ON mail_settings TO beadsbox_serve;
GRANT SELECT, INSERT, UPDATE (subject, body, changed_by, changed_at, row_version) ON mail_text TO beadsbox_serve;

-- Where a staff member gets mail. No device is told.
ALTER TABLE staff ADD COLUMN email text CHECK (char_length(email) BETWEEN 3 AND 254);

-- Tokens with which people set another password. Whoever used one, or the clock, ends it.
CREATE TABLE password_reset (
    -- SHA-256 of the token: 256 random bits need no slow hash.
    token_hash bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    staff_id   uuid        NOT NULL REFERENCES staff,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX password_reset_staff ON password_reset (staff_id);
CREATE INDEX password_reset_end ON password_reset (expires_at);
GRANT SELECT, INSERT, DELETE ON password_reset TO beadsbox_serve;

ALTER TABLE sign_in_delay DROP CONSTRAINT sign_in_delay_scope_check,
    ADD CONSTRAINT sign_in_delay_scope_check CHECK (scope IN ('name_at_device', 'device', 'reset_name', 'reset_device'));
