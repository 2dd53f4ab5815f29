-- An order that was let go may still be paid while its payment page has not ended: then the provider is asked again, as its word may be lost on the way.
ALTER TABLE shop_order ADD COLUMN ask_at timestamptz;
COMMENT ON COLUMN shop_order.ask_at IS 'when the payment provider is asked how its page stands; none where that is final, or where holds_until says it';
UPDATE shop_order SET ask_at = now() WHERE session_id IS NOT NULL AND state IN ('expired', 'cancelled') AND trouble IS NULL;
GRANT UPDATE (ask_at) ON shop_order TO beadsbox_serve;
