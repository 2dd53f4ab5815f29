-- Money of an order that went back, or that a bank asks back, at the payment provider: a person decides what that means for the voucher. A new table and no
-- other trouble of the order, because servers of the release before read each trouble by its name.

CREATE TABLE payment_reversal (
    -- At the provider: of the charge that was refunded, or of the dispute.
    id           text        PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    order_id     uuid        NOT NULL REFERENCES shop_order ON DELETE CASCADE,
    state        text        NOT NULL CHECK (state IN ('partly_refunded', 'refunded', 'disputed', 'won', 'lost')),
    -- Refunded so far, or disputed.
    amount_minor bigint      NOT NULL CHECK (amount_minor >= 0),
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Until when the provider takes an answer to a dispute.
    answer_by    timestamptz,
    -- When the provider told of it as it is now.
    told_at      timestamptz NOT NULL,
    -- Somebody dealt with it as it is now. What they did stands in `admin_act`.
    settled_at   timestamptz
);
CREATE INDEX payment_reversal_order ON payment_reversal (order_id);
CREATE INDEX payment_reversal_open ON payment_reversal (told_at, id) WHERE settled_at IS NULL;

GRANT SELECT, INSERT, UPDATE (state, amount_minor, answer_by, told_at, settled_at) ON payment_reversal TO beadsbox_serve;
