-- The search index is mostly built for many rows at once: it collects more in memory before it writes a segment, and merges segments later.
INSERT INTO voucher_text (voucher_text, rank) VALUES ('hashsize', 4194304);
INSERT INTO voucher_text (voucher_text, rank) VALUES ('automerge', 8);

-- Vouchers of one status are listed by their time of sale, so that one index serves the list and the filter.
DROP INDEX voucher_by_status;

-- A shop's list has its number as well.
DROP TRIGGER tally_new;
DROP TRIGGER tally_changed;
DROP TRIGGER tally_gone;
DROP TABLE tally;

CREATE TABLE tally (
    template BLOB    NOT NULL,
    shop     BLOB    NOT NULL,
    status   INTEGER NOT NULL,
    vouchers INTEGER NOT NULL,
    PRIMARY KEY (template, shop, status)
) STRICT, WITHOUT ROWID;

INSERT INTO tally (template, shop, status, vouchers) SELECT template, sold_shop, status, count(*) FROM voucher GROUP BY template, sold_shop, status;

CREATE TRIGGER tally_new AFTER INSERT ON voucher
BEGIN
    INSERT INTO tally (template, shop, status, vouchers) VALUES (new.template, new.sold_shop, new.status, 1)
    ON CONFLICT (template, shop, status) DO UPDATE SET vouchers = vouchers + 1;
END;

CREATE TRIGGER tally_changed AFTER UPDATE OF template, sold_shop, status ON voucher
WHEN old.template <> new.template OR old.sold_shop <> new.sold_shop OR old.status <> new.status
BEGIN
    UPDATE tally SET vouchers = vouchers - 1 WHERE template = old.template AND shop = old.sold_shop AND status = old.status;
    INSERT INTO tally (template, shop, status, vouchers) VALUES (new.template, new.sold_shop, new.status, 1)
    ON CONFLICT (template, shop, status) DO UPDATE SET vouchers = vouchers + 1;
END;

CREATE TRIGGER tally_gone AFTER DELETE ON voucher
BEGIN
    UPDATE tally SET vouchers = vouchers - 1 WHERE template = old.template AND shop = old.sold_shop AND status = old.status;
END;
