-- A refund that was made at the payment provider and did not reach the buyer: a row of its own, beside that of its charge. A column and no other state,
-- because servers of the release before read each state by its name.
ALTER TABLE payment_reversal ADD COLUMN failed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN payment_reversal.id IS 'at the provider: of the charge that was refunded, of the dispute, or of the refund that failed';
