CREATE TABLE shop (
    id          uuid   PRIMARY KEY,
    name        text   NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- IANA name; the program checks that it knows it.
    time_zone   text   NOT NULL CHECK (char_length(time_zone) BETWEEN 1 AND 64),
    row_version bigint NOT NULL DEFAULT 1 CHECK (row_version >= 1)
);
CREATE UNIQUE INDEX shop_name ON shop (lower(name));

CREATE TABLE staff (
    id            uuid        PRIMARY KEY,
    name          text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- Argon2id in the PHC format.
    password_hash text        NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    role          text        NOT NULL CHECK (role IN ('counter', 'back_office', 'admin')),
    active        boolean     NOT NULL DEFAULT true,
    -- Since when they are barred: what they did before still counts.
    barred_at     timestamptz,
    row_version   bigint      NOT NULL DEFAULT 1 CHECK (row_version >= 1),
    CHECK (active = (barred_at IS NULL))
);
CREATE UNIQUE INDEX staff_name ON staff (lower(name));

CREATE TABLE device (
    id                 uuid        PRIMARY KEY,
    name               text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- None for the server's own device alone, which has the nil id and stands in no shop.
    shop_id            uuid        REFERENCES shop,
    public_key         bytea       NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
    -- SHA-256 of the bearer token.
    token_hash         bytea       UNIQUE CHECK (octet_length(token_hash) = 32),
    profile            text        NOT NULL DEFAULT 'office' CHECK (profile IN ('counter', 'office')),
    state              text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'quarantined', 'revoked')),
    incarnation        integer     NOT NULL DEFAULT 1 CHECK (incarnation >= 1),
    -- The last operation that the server holds of this incarnation, and the chain's hash after it.
    last_seq           bigint      NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    chain_hash         bytea       NOT NULL CHECK (octet_length(chain_hash) = 32),
    enrolled_at        timestamptz NOT NULL,
    last_contact_at    timestamptz,
    waiting            bigint      CHECK (waiting >= 0),
    clock_skew_seconds bigint,
    row_version        bigint      NOT NULL DEFAULT 1 CHECK (row_version >= 1),
    CHECK ((shop_id IS NULL) = (id = '00000000-0000-0000-0000-000000000000'))
);
CREATE INDEX device_shop ON device (shop_id);

CREATE TABLE enrolment_code (
    -- SHA-256 of the code: 60 random bits need no slow hash.
    code_hash  bytea       PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    shop_id    uuid        NOT NULL REFERENCES shop,
    profile    text        NOT NULL DEFAULT 'office' CHECK (profile IN ('counter', 'office')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    -- The key of the device that used it: the same one may ask again, because the reply may have been lost.
    used_by    bytea       CHECK (octet_length(used_by) = 32),
    used_at    timestamptz,
    CHECK ((used_by IS NULL) = (used_at IS NULL))
);

CREATE TABLE staff_session (
    token_hash bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    staff_id   uuid        NOT NULL REFERENCES staff,
    device_id  uuid        NOT NULL REFERENCES device,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX staff_session_staff ON staff_session (staff_id);
CREATE INDEX staff_session_device ON staff_session (device_id);
CREATE INDEX staff_session_end ON staff_session (expires_at);

-- Sign-ins that failed of late. `subject` is a hash, so that a name that nobody has is kept like any other.
CREATE TABLE sign_in_delay (
    scope         text        NOT NULL CHECK (scope IN ('name_at_device', 'device')),
    subject       bytea       NOT NULL CHECK (octet_length(subject) = 32),
    failures      integer     NOT NULL CHECK (failures >= 1),
    failed_at     timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    PRIMARY KEY (scope, subject)
);
