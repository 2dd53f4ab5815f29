-- The shop page: where buyers choose a voucher, pay for it and get it. docs/adr/0046-shop-page.md says why it is as it is.

-- For which shop the page sells, and how long it holds what is paid in the shop. One row.
CREATE TABLE shop_page (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    -- None while nothing is sold on the page.
    shop_id     uuid    REFERENCES shop,
    hold_hours  integer NOT NULL DEFAULT 168 CHECK (hold_hours BETWEEN 1 AND 1440),
    row_version bigint  NOT NULL DEFAULT 1 CHECK (row_version >= 1)
);
INSERT INTO shop_page DEFAULT VALUES;
GRANT SELECT, UPDATE (shop_id, hold_hours, row_version) ON shop_page TO beadsbox_serve;

-- What somebody ordered on the page. Its voucher's id and code are fixed before anything is paid, so that a payment which is told of twice, at
-- two places, or after a crash, can only ever make the one voucher. What it costs is the template's version that was ordered. Who ordered
-- stands in `person` alone, where it can be erased.
CREATE TABLE shop_order (
    id               uuid        PRIMARY KEY,
    -- The form that it came by, and the hash of that with everything that was typed: the same form sent again is the same order.
    form_id          uuid        NOT NULL,
    form_key         bytea       NOT NULL UNIQUE CHECK (octet_length(form_key) = 32),
    state            text        NOT NULL CHECK (state IN ('reserved', 'paid', 'issued', 'expired', 'cancelled')),
    payment          text        NOT NULL CHECK (payment IN ('card', 'in_shop')),
    -- What the buyer says at the counter.
    reservation      text        NOT NULL CONSTRAINT shop_order_reservation UNIQUE CHECK (reservation ~ '^[0-9A-HJKMNP-TV-Z]{8}$'),
    voucher_id       uuid        NOT NULL UNIQUE,
    code             text        NOT NULL CONSTRAINT shop_order_code UNIQUE CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{13}$'),
    template_id      uuid        NOT NULL,
    template_version integer     NOT NULL,
    price_minor      bigint      NOT NULL CHECK (price_minor > 0),
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    shop_id          uuid        NOT NULL REFERENCES shop,
    person_hash      bytea       NOT NULL CHECK (octet_length(person_hash) = 32),
    language         text        NOT NULL CHECK (language IN ('en', 'fr')),
    created_at       timestamptz NOT NULL,
    holds_until      timestamptz NOT NULL CHECK (holds_until > created_at),
    -- The payment page at the provider, and the payment.
    session_id       text        UNIQUE CHECK (char_length(session_id) BETWEEN 1 AND 255),
    payment_ref      text        CHECK (char_length(payment_ref) BETWEEN 1 AND 255),
    paid_at          timestamptz,
    issued_at        timestamptz,
    sold_op          uuid,
    -- When it was let go.
    ended_at         timestamptz,
    -- Why a person has to look at it.
    trouble          text        CHECK (trouble IN ('amount_differs', 'sale_refused')),
    FOREIGN KEY (template_id, template_version) REFERENCES voucher_template_version,
    CHECK ((state IN ('paid', 'issued')) = (paid_at IS NOT NULL)),
    CHECK ((state = 'issued') = (issued_at IS NOT NULL) AND (issued_at IS NULL) = (sold_op IS NULL)),
    CHECK ((state IN ('expired', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (payment = 'card' OR (session_id IS NULL AND payment_ref IS NULL))
);
CREATE INDEX shop_order_due ON shop_order (holds_until) WHERE state = 'reserved';
CREATE INDEX shop_order_unissued ON shop_order (paid_at) WHERE state = 'paid';
CREATE INDEX shop_order_form ON shop_order (form_id);
CREATE INDEX shop_order_ended ON shop_order (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX shop_order_person ON shop_order (person_hash);
CREATE INDEX shop_order_trouble ON shop_order (created_at) WHERE trouble IS NOT NULL;

-- Whatever the program believes: what was paid is not let go, and what was issued stays so. What was let go may still be paid.
CREATE FUNCTION shop_order_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state = 'issued' AND NEW.state <> 'issued') OR (OLD.state = 'paid' AND NEW.state NOT IN ('paid', 'issued'))
       OR (OLD.state IN ('expired', 'cancelled') AND NEW.state = 'reserved') THEN
        RAISE EXCEPTION 'an order that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER shop_order_moves BEFORE UPDATE ON shop_order FOR EACH ROW EXECUTE FUNCTION shop_order_moves();

GRANT SELECT, INSERT, DELETE,
      UPDATE (state, holds_until, session_id, payment_ref, paid_at, issued_at, sold_op, ended_at, trouble) ON shop_order TO beadsbox_serve;

-- What the payment provider told: each of its events counts once.
CREATE TABLE payment_event (
    id          text        PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    kind        text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 100),
    -- Of this server's orders; none of what is another system's.
    order_id    uuid,
    received_at timestamptz NOT NULL,
    did         text        NOT NULL CHECK (did IN ('issued', 'ended', 'waits', 'trouble', 'nothing'))
);
CREATE INDEX payment_event_age ON payment_event (received_at);
GRANT SELECT, INSERT, DELETE ON payment_event TO beadsbox_serve;
