-- What a device may honour without the server, where it is another than the organisation's; and how often a wrong PIN was typed at it.
ALTER TABLE device ADD COLUMN offline_limits jsonb CHECK (jsonb_typeof(offline_limits) = 'object');
ALTER TABLE device ADD COLUMN wrong_pins bigint NOT NULL DEFAULT 0 CHECK (wrong_pins >= 0);

-- PINs and badges are checked at tills, also without the server: both hashes go out with the staff row, to devices alone. A badge's secret
-- has 160 random bits and needs no slow hash.
ALTER TABLE staff ADD COLUMN pin_hash text CHECK (pin_hash LIKE '$argon2id$%');
ALTER TABLE staff ADD COLUMN badge_hash bytea UNIQUE CHECK (octet_length(badge_hash) = 32);

-- Without a key on `shop`, as the stamps of a voucher have none: a sale has happened, whatever it names.
ALTER TABLE voucher ADD COLUMN home_shop uuid;

-- Redemptions beyond a device's limits that somebody let pass, and whether they might when the server took it. Only ever added to.
CREATE TABLE approval (
    op_id       uuid    PRIMARY KEY,
    approved_by uuid    NOT NULL,
    permitted   boolean NOT NULL
);
CREATE INDEX approval_not_permitted ON approval (op_id) WHERE NOT permitted;
GRANT SELECT, INSERT ON approval TO beadsbox_serve;
