-- A till's cash and its closed days. They are facts that a device brought, kept for good beside its operations: who serves may add, and
-- change nothing.

CREATE TABLE cash_move (
    device_id   uuid        NOT NULL,
    incarnation integer     NOT NULL,
    dev_seq     bigint      NOT NULL,
    op_id       uuid        NOT NULL UNIQUE,
    at          timestamptz NOT NULL,
    staff_id    uuid        NOT NULL,
    shop_id     uuid        NOT NULL,
    movement    text        NOT NULL CHECK (movement IN ('float', 'in', 'out')),
    minor       bigint      NOT NULL CHECK (minor >= 0),
    currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    reason      text        CHECK (char_length(reason) BETWEEN 1 AND 500),
    PRIMARY KEY (device_id, incarnation, dev_seq),
    FOREIGN KEY (device_id, incarnation, dev_seq) REFERENCES operation
);

CREATE TABLE day_close (
    device_id   uuid        NOT NULL,
    incarnation integer     NOT NULL,
    dev_seq     bigint      NOT NULL,
    op_id       uuid        NOT NULL UNIQUE,
    at          timestamptz NOT NULL,
    staff_id    uuid        NOT NULL,
    shop_id     uuid        NOT NULL,
    number      bigint      NOT NULL CHECK (number >= 1),
    day         date        NOT NULL,
    -- It covers the operations after the one and through the other.
    after_seq   bigint      NOT NULL CHECK (after_seq >= 0),
    through_seq bigint      NOT NULL CHECK (through_seq >= after_seq AND through_seq < dev_seq),
    -- What the till says.
    close       jsonb       NOT NULL,
    -- Whether the server came to the same from the operations that it was sent; none where it did not look.
    agrees      boolean,
    -- Its own sums, where they differ.
    own_sums    jsonb       CHECK (own_sums IS NULL OR NOT agrees),
    PRIMARY KEY (device_id, incarnation, dev_seq),
    FOREIGN KEY (device_id, incarnation, dev_seq) REFERENCES operation,
    UNIQUE (device_id, incarnation, number)
);
CREATE INDEX day_close_day ON day_close (day, device_id);

GRANT SELECT, INSERT ON cash_move, day_close TO beadsbox_serve;
