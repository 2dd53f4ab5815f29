-- no-transaction
-- Which orders are asked about next.
CREATE INDEX CONCURRENTLY IF NOT EXISTS shop_order_ask ON shop_order (ask_at) WHERE ask_at IS NOT NULL;
