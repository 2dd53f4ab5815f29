-- Every column of the grid is an order of its own, and search finds addresses as well.

-- Addresses are compared without the case of their ASCII letters. The column is computed where it is read: no row is written for it.
ALTER TABLE voucher ADD COLUMN email_key TEXT GENERATED ALWAYS AS (lower(coalesce(email, ''))) VIRTUAL;

CREATE INDEX voucher_by_recipient ON voucher (recipient_key, id);
CREATE INDEX voucher_by_email ON voucher (email_key, id);
CREATE INDEX voucher_by_change ON voucher (since_at, id);
CREATE INDEX voucher_by_payment_and_sale ON voucher (payment, sold_at, id);
CREATE INDEX voucher_by_staff_and_sale ON voucher (sold_staff, sold_at, id);

-- The search index has one column more, and is built anew in small steps: until it has come to a row, that row itself is read.
DROP TRIGGER voucher_text_new;
DROP TRIGGER voucher_text_changed;
DROP TRIGGER voucher_text_gone;
DROP TABLE voucher_text;

CREATE VIRTUAL TABLE voucher_text USING fts5 (
    code, buyer_key, title_key, recipient_key, email_key,
    content = 'voucher', content_rowid = 'n', tokenize = 'trigram case_sensitive 1', columnsize = 0
);
INSERT INTO voucher_text (voucher_text, rank) VALUES ('hashsize', 4194304);
INSERT INTO voucher_text (voucher_text, rank) VALUES ('automerge', 8);
UPDATE meta SET text_through = 0 WHERE EXISTS (SELECT 1 FROM voucher);

CREATE TRIGGER voucher_text_new AFTER INSERT ON voucher
WHEN new.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key, email_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key, lower(coalesce(new.email, '')));
END;

CREATE TRIGGER voucher_text_changed AFTER UPDATE OF code, buyer_key, title_key, recipient_key, email ON voucher
WHEN (old.code <> new.code OR old.buyer_key <> new.buyer_key OR old.title_key <> new.title_key OR old.recipient_key <> new.recipient_key
        OR old.email IS NOT new.email)
    AND old.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (voucher_text, rowid, code, buyer_key, title_key, recipient_key, email_key)
    VALUES ('delete', old.n, old.code, old.buyer_key, old.title_key, old.recipient_key, lower(coalesce(old.email, '')));
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key, email_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key, lower(coalesce(new.email, '')));
END;

CREATE TRIGGER voucher_text_gone AFTER DELETE ON voucher
WHEN old.n <= coalesce((SELECT text_through FROM meta), 9223372036854775807)
BEGIN
    INSERT INTO voucher_text (voucher_text, rowid, code, buyer_key, title_key, recipient_key, email_key)
    VALUES ('delete', old.n, old.code, old.buyer_key, old.title_key, old.recipient_key, lower(coalesce(old.email, '')));
END;
