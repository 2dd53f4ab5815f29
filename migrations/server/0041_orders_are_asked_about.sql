-- An order that was let go may still be paid while its payment page has not ended: then the provider is asked again, as its word may be lost on the way.
ALTER TABLE shop_order ADD COLUMN ask_at timestamptz;
COMMENT ON COLUMN shop_order.ask_at IS 'when the payment provider is asked how its page stands; none where that is final, or where holds_until says it';
UPDATE shop_order SET ask_at = now() WHERE session_id IS NOT NULL AND state IN ('expired', 'cancelled') AND trouble IS NULL;
GRANT UPDATE (ask_at) ON shop_order TO beadsbox_serve;

-- The id of its form stood beside the hash of form and buyer, so whoever guessed a buyer could try the guess, also after the buyer was erased. From now on
-- the row holds a hash of the id; of forms that nobody can send any more nothing need be kept.
UPDATE shop_order SET form_key = sha256(uuid_send(gen_random_uuid())) WHERE created_at < now() - interval '13 hours';
