CREATE TABLE voucher_template (
    id             uuid        PRIMARY KEY,
    version        integer     NOT NULL CHECK (version >= 1),
    archived       boolean     NOT NULL,
    changed_op     uuid        NOT NULL,
    changed_at     timestamptz NOT NULL,
    changed_staff  uuid        NOT NULL,
    changed_shop   uuid        NOT NULL,
    changed_device uuid        NOT NULL REFERENCES device,
    row_version    bigint      NOT NULL CHECK (row_version >= 1)
);

-- What a template said, version by version. Only ever added to: a voucher's snapshot is the version that it was sold at,
-- so a million vouchers do not repeat the same description.
CREATE TABLE voucher_template_version (
    template_id     uuid    NOT NULL REFERENCES voucher_template DEFERRABLE INITIALLY DEFERRED,
    version         integer NOT NULL CHECK (version >= 1),
    title           text    NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
    description     text    NOT NULL CHECK (char_length(description) <= 5000),
    price_minor     bigint  NOT NULL CHECK (price_minor > 0),
    currency        text    NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    validity_months integer CHECK (validity_months BETWEEN 1 AND 120),
    vat_kind        text    NOT NULL CHECK (vat_kind IN ('single_purpose', 'multi_purpose')),
    vat_rate        integer CHECK (vat_rate BETWEEN 0 AND 10000),
    PRIMARY KEY (template_id, version),
    CHECK ((vat_kind = 'single_purpose') = (vat_rate IS NOT NULL))
);

-- A buyer's data under the hash that operations and vouchers name. Erasable: nothing refers to it by a key.
CREATE TABLE person (
    hash   bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    salt   bytea NOT NULL CHECK (octet_length(salt) = 16),
    -- JSON, byte for byte what was hashed.
    person text  NOT NULL CHECK (octet_length(person) <= 16384),
    CHECK (hash = sha256(salt || convert_to(person, 'UTF8')))
);

CREATE TABLE voucher (
    id               uuid        PRIMARY KEY,
    -- 13 symbols of Crockford's base32, without dashes.
    code             text        NOT NULL CONSTRAINT voucher_code UNIQUE CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{13}$'),
    template_id      uuid        NOT NULL,
    template_version integer     NOT NULL,
    person_hash      bytea       NOT NULL CHECK (octet_length(person_hash) = 32),
    payment          text        NOT NULL CHECK (payment IN ('cash', 'card_terminal', 'other')),
    sold_op          uuid        NOT NULL,
    sold_at          timestamptz NOT NULL,
    sold_staff       uuid        NOT NULL REFERENCES staff,
    sold_shop        uuid        NOT NULL REFERENCES shop,
    sold_device      uuid        NOT NULL REFERENCES device,
    expires_on       date,
    expires_at       timestamptz,
    status           text        NOT NULL CHECK (status IN ('purchased', 'used', 'cancelled', 'refunded', 'expired')),
    since_op         uuid        NOT NULL,
    since_at         timestamptz NOT NULL,
    since_staff      uuid        NOT NULL,
    since_shop       uuid        NOT NULL,
    since_device     uuid        NOT NULL REFERENCES device,
    row_version      bigint      NOT NULL CHECK (row_version >= 1),
    FOREIGN KEY (template_id, template_version) REFERENCES voucher_template_version,
    CHECK ((expires_on IS NULL) = (expires_at IS NULL))
);
CREATE INDEX voucher_template_sold ON voucher (template_id, template_version);
CREATE INDEX voucher_person ON voucher (person_hash);
-- What the nightly expiry looks for.
CREATE INDEX voucher_overdue ON voucher (expires_at) WHERE status = 'purchased';

-- Every attempt to redeem that was taken, whatever became of it. A voucher that was honoured may be unknown yet, so no key
-- refers to it.
CREATE TABLE redemption (
    op_id      uuid        PRIMARY KEY,
    voucher_id uuid        NOT NULL,
    at         timestamptz NOT NULL,
    staff_id   uuid        NOT NULL,
    shop_id    uuid        NOT NULL,
    device_id  uuid        NOT NULL REFERENCES device,
    mode       text        NOT NULL CHECK (mode IN ('asked', 'honoured')),
    outcome    text        NOT NULL CHECK (outcome IN ('accepted', 'conflict', 'rejected', 'withdrawn')),
    undone_by  uuid
);
CREATE INDEX redemption_voucher ON redemption (voucher_id);
-- A voucher has at most one accepted redemption that stands, whatever the program believes.
CREATE UNIQUE INDEX redemption_standing ON redemption (voucher_id) WHERE outcome = 'accepted' AND undone_by IS NULL;

-- Cases that a person must settle. Both sides stay for good.
CREATE TABLE conflict (
    -- The operation that collided.
    id              uuid        PRIMARY KEY,
    voucher_id      uuid        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('double_redemption', 'honoured_after_cancellation', 'honoured_after_refund',
                                                         'honoured_after_expiry', 'unknown_voucher')),
    accepted_op     uuid,
    accepted_at     timestamptz,
    accepted_staff  uuid,
    accepted_shop   uuid,
    accepted_device uuid,
    other_op        uuid        NOT NULL UNIQUE,
    other_at        timestamptz NOT NULL,
    other_staff     uuid        NOT NULL,
    other_shop      uuid        NOT NULL,
    other_device    uuid        NOT NULL REFERENCES device,
    state           text        NOT NULL CHECK (state IN ('open', 'settled', 'resolved')),
    settlement      text        CHECK (settlement IN ('write_off', 'charge_shop', 'customer_pays', 'mistaken_scan')),
    settled_reason  text        CHECK (char_length(settled_reason) BETWEEN 1 AND 500),
    settled_op      uuid,
    settled_at      timestamptz,
    settled_staff   uuid,
    settled_shop    uuid,
    settled_device  uuid,
    -- The commit that made it: the order in which the server took them.
    taken_no        bigint      NOT NULL,
    row_version     bigint      NOT NULL CHECK (row_version >= 1),
    CHECK (num_nulls(accepted_op, accepted_at, accepted_staff, accepted_shop, accepted_device) IN (0, 5)),
    CHECK (num_nulls(settlement, settled_reason, settled_op, settled_at, settled_staff, settled_shop, settled_device)
           = CASE state WHEN 'settled' THEN 0 ELSE 7 END)
);
CREATE INDEX conflict_voucher ON conflict (voucher_id);
CREATE INDEX conflict_open ON conflict (taken_no) WHERE state = 'open';
