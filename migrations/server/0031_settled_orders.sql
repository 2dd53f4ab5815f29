-- Somebody looked at an order of the shop page that was in trouble, and dealt with it: it is shown to nobody any more. What they did stands in `admin_act`.
ALTER TABLE shop_order ADD COLUMN settled_at timestamptz;
GRANT UPDATE (settled_at) ON shop_order TO beadsbox_serve;
