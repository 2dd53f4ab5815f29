-- The books: what every operation did to what is owed, line by line, written in the transaction that takes the operation. Only ever added
-- to; docs/adr/0031-ledger.md says what a line is. Nobody refers to it by a key, and it refers to nothing by one: a sale that comes back
-- after a restore may name people and shops that are lost.
CREATE TABLE ledger_entry (
    -- The operation's place in the order in which the server took them, and the line among those that it made.
    commit_no     bigint      NOT NULL,
    line          integer     NOT NULL,
    voucher_id    uuid        NOT NULL,
    template_id   uuid        NOT NULL,
    kind          text        NOT NULL,
    -- The voucher's value; below 0 where a line is taken back.
    amount_minor  bigint      NOT NULL,
    currency      text        NOT NULL,
    -- What it moves: the service and the money that are owed, and what is at stake in conflicts.
    service_minor bigint      NOT NULL,
    money_minor   bigint      NOT NULL,
    stake_minor   bigint      NOT NULL,
    -- The VAT that is in the amount, of a single-purpose voucher.
    vat_minor     bigint      NOT NULL,
    vat_kind      text        NOT NULL,
    vat_rate      integer,
    payment       text,
    settlement    text,
    -- Whose business it is, where it was done, and which shop sold the voucher and owes.
    shop_id       uuid        NOT NULL,
    done_shop     uuid        NOT NULL,
    sold_shop     uuid        NOT NULL,
    staff_id      uuid        NOT NULL,
    device_id     uuid        NOT NULL,
    -- When it counts as done, and the day of that in the time zone of the shop whose business it is.
    business_at   timestamptz NOT NULL,
    business_day  date        NOT NULL,
    -- When it arrived, and the day of that in the same time zone. A later one than its business day: it was late.
    received_at   timestamptz NOT NULL,
    received_day  date        NOT NULL,
    -- The day of the voucher's sale by the clock of the till, and its last day: the same on every line of a voucher that was not extended.
    sold_day      date        NOT NULL,
    expires_on    date,
    PRIMARY KEY (commit_no, line)
);
CREATE INDEX ledger_entry_voucher ON ledger_entry (voucher_id);
-- What a report over a period reads: one of a month out of years does not read the years.
CREATE INDEX ledger_entry_day ON ledger_entry (business_day);
-- What was late: few among many.
CREATE INDEX ledger_entry_late ON ledger_entry (received_day) WHERE received_day > business_day;

GRANT SELECT, INSERT ON ledger_entry TO beadsbox_serve;

-- The same lines summed up by month, so that a report over years does not read the years. Whoever books adds the sums of the lines of one
-- batch, so nobody waits for anybody; now and then rows that are alike become one. Made from `ledger_entry` alone: a report reads both
-- in one moment, this for whole months and that for their parts.
CREATE TABLE ledger_month (
    month         date    NOT NULL CHECK (extract(day FROM month) = 1),
    currency      text    NOT NULL,
    sold_shop     uuid    NOT NULL,
    shop_id       uuid    NOT NULL,
    template_id   uuid    NOT NULL,
    kind          text    NOT NULL,
    vat_kind      text    NOT NULL,
    vat_rate      integer,
    payment       text,
    -- How many lines, those that take back counted below 0.
    number        bigint  NOT NULL,
    amount_minor  bigint  NOT NULL,
    service_minor bigint  NOT NULL,
    money_minor   bigint  NOT NULL,
    vat_minor     bigint  NOT NULL
);
GRANT SELECT, INSERT, DELETE ON ledger_month TO beadsbox_serve;

-- Whether what was done before there were books stands in them. One row, once it does.
CREATE TABLE ledger_filled (
    singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    filled_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON ledger_filled TO beadsbox_serve;

-- The numbers of the accounts in the export for accountants; what is not set is a number of the French chart.
ALTER TABLE settings ADD COLUMN accounts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(accounts) = 'object'),
                     ADD COLUMN accounts_version bigint NOT NULL DEFAULT 1 CHECK (accounts_version >= 1);
