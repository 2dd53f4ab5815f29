-- no-transaction
--
-- Vouchers by the end of their grace, whatever their status: with the status in an index each redemption would write a voucher anew into every
-- index that it stands in. Takes the place of `voucher_overdue`.
CREATE INDEX CONCURRENTLY IF NOT EXISTS voucher_end ON voucher (expires_at) WHERE expires_at IS NOT NULL;
