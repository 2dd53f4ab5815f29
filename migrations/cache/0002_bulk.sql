-- For a million vouchers: search text that is built after the rows, in small steps; ranges that are compared and replaced.

-- Rows with a number up to `text_through` are in the search index; none is left out where it is NULL. `proved_at` is when every
-- range was last seen to be the server's, by this device's clock, `repaired` how many ranges were replaced since the cache began.
ALTER TABLE meta ADD COLUMN text_through INTEGER;
ALTER TABLE meta ADD COLUMN proved_at INTEGER;
ALTER TABLE meta ADD COLUMN repaired INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER voucher_text_new;
DROP TRIGGER voucher_text_changed;

CREATE TRIGGER voucher_text_new AFTER INSERT ON voucher
WHEN new.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key);
END;

CREATE TRIGGER voucher_text_changed AFTER UPDATE OF code, buyer_key, title_key, recipient_key ON voucher
WHEN (old.code <> new.code OR old.buyer_key <> new.buyer_key OR old.title_key <> new.title_key OR old.recipient_key <> new.recipient_key)
    AND old.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (voucher_text, rowid, code, buyer_key, title_key, recipient_key)
    VALUES ('delete', old.n, old.code, old.buyer_key, old.title_key, old.recipient_key);
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key);
END;

-- Rows go where a range is repaired, and only there.
CREATE TRIGGER voucher_text_gone AFTER DELETE ON voucher
WHEN old.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (voucher_text, rowid, code, buyer_key, title_key, recipient_key)
    VALUES ('delete', old.n, old.code, old.buyer_key, old.title_key, old.recipient_key);
END;

CREATE TRIGGER tally_gone AFTER DELETE ON voucher
BEGIN
    UPDATE tally SET vouchers = vouchers - 1 WHERE template = old.template AND status = old.status;
END;

-- A shop of many sells a small part of all: in the order of sales alone its page would be looked for among everybody's.
CREATE INDEX voucher_by_shop_and_sale ON voucher (sold_shop, sold_at, id);
