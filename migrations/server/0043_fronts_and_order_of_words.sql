-- In which order the payment provider's words were said, whatever order they come in: of two sums of what was refunded, the later one holds.
ALTER TABLE payment_reversal ADD COLUMN said_at timestamptz;
COMMENT ON COLUMN payment_reversal.said_at IS 'by the provider''s clock; none where it was told before this column was here';
GRANT UPDATE (said_at) ON payment_reversal TO beadsbox_serve;

-- What the shop page was started with, for whoever asks a process that does not serve it.
CREATE TABLE shop_front (
    only_one    boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    address     text        CHECK (char_length(address) <= 2000),
    takes_cards boolean     NOT NULL,
    started_at  timestamptz NOT NULL
);
COMMENT ON TABLE shop_front IS 'as the process that serves the shop page and was started last has it';
GRANT SELECT, INSERT, UPDATE ON shop_front TO beadsbox_serve;
