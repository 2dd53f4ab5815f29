-- no-transaction
-- A dispute names its payment alone.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shop_order_payment_ref ON shop_order (payment_ref) WHERE payment_ref IS NOT NULL;
