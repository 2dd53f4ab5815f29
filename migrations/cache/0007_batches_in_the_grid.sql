-- The vouchers of a batch are a list like any other: found by one index, in the order of their sale.

-- Computed where it is read, as the address's key is: no row is written for it.
ALTER TABLE voucher ADD COLUMN batch TEXT GENERATED ALWAYS AS (marks ->> '$.batch.id') VIRTUAL;

DROP INDEX voucher_by_batch;
-- Most vouchers are of none, and have no entry.
CREATE INDEX voucher_by_batch_and_sale ON voucher (batch, sold_at, id) WHERE batch IS NOT NULL;
