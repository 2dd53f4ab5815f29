-- The server's rows as this device last took them. Can be rebuilt at any time.

CREATE TABLE meta (
    only_one     INTEGER PRIMARY KEY CHECK (only_one = 1),
    cache_id     BLOB    NOT NULL CHECK (length(cache_id) = 16),
    epoch        BLOB    CHECK (length(epoch) = 16),
    cursor_seq   INTEGER NOT NULL DEFAULT 0,
    cursor_tag   TEXT    NOT NULL DEFAULT '',
    head         INTEGER,
    last_sync_at INTEGER
) STRICT;

CREATE TABLE shop (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    only_one    INTEGER PRIMARY KEY CHECK (only_one = 1),
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT;

CREATE TABLE template (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT;

-- What templates said when vouchers were sold: thousands of vouchers share one.
CREATE TABLE snapshot (
    n       INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE
) STRICT;

-- The `…_key` columns are folded (case and accents gone) for sorting and search. Times are microseconds since 1970, dates are
-- decimal yyyymmdd, and a voucher that never expires has 99999999. `status` is the place in the domain's list.
CREATE TABLE voucher (
    n             INTEGER PRIMARY KEY,
    id            BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    code          TEXT    NOT NULL,
    template      BLOB    NOT NULL,
    snapshot      INTEGER NOT NULL REFERENCES snapshot (n),
    title_key     TEXT    NOT NULL,
    price         INTEGER NOT NULL,
    person        BLOB    NOT NULL,
    buyer         TEXT,
    buyer_key     TEXT    NOT NULL,
    recipient     TEXT,
    recipient_key TEXT    NOT NULL,
    email         TEXT,
    message       TEXT,
    payment       TEXT    NOT NULL,
    sold_op       BLOB    NOT NULL,
    sold_at       INTEGER NOT NULL,
    sold_staff    BLOB    NOT NULL,
    sold_shop     BLOB    NOT NULL,
    sold_device   BLOB    NOT NULL,
    expires_on    INTEGER NOT NULL,
    expires_at    INTEGER,
    status        INTEGER NOT NULL,
    since_op      BLOB    NOT NULL,
    since_at      INTEGER NOT NULL,
    since_staff   BLOB    NOT NULL,
    since_shop    BLOB    NOT NULL,
    since_device  BLOB    NOT NULL,
    row_version   INTEGER NOT NULL
) STRICT;

CREATE INDEX voucher_by_sale ON voucher (sold_at, id);
CREATE INDEX voucher_by_price ON voucher (price, id);
CREATE INDEX voucher_by_buyer ON voucher (buyer_key, id);
CREATE INDEX voucher_by_title ON voucher (title_key, id);
CREATE INDEX voucher_by_status ON voucher (status, id);
CREATE INDEX voucher_by_expiry ON voucher (expires_on, id);
CREATE INDEX voucher_by_code ON voucher (code, id);
CREATE INDEX voucher_by_status_and_sale ON voucher (status, sold_at, id);
CREATE INDEX voucher_by_template_and_sale ON voucher (template, sold_at, id);

-- How many vouchers each template has in each status, kept by triggers so that no list has to count.
CREATE TABLE tally (
    template BLOB    NOT NULL,
    status   INTEGER NOT NULL,
    vouchers INTEGER NOT NULL,
    PRIMARY KEY (template, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tally_new AFTER INSERT ON voucher
BEGIN
    INSERT INTO tally (template, status, vouchers) VALUES (new.template, new.status, 1)
    ON CONFLICT (template, status) DO UPDATE SET vouchers = vouchers + 1;
END;

CREATE TRIGGER tally_changed AFTER UPDATE OF template, status ON voucher
WHEN old.template <> new.template OR old.status <> new.status
BEGIN
    UPDATE tally SET vouchers = vouchers - 1 WHERE template = old.template AND status = old.status;
    INSERT INTO tally (template, status, vouchers) VALUES (new.template, new.status, 1)
    ON CONFLICT (template, status) DO UPDATE SET vouchers = vouchers + 1;
END;

-- Search in any three characters that follow each other. The texts are folded already.
CREATE VIRTUAL TABLE voucher_text USING fts5 (
    code, buyer_key, title_key, recipient_key,
    content = 'voucher', content_rowid = 'n', tokenize = 'trigram case_sensitive 1', columnsize = 0
);
INSERT INTO voucher_text (voucher_text, rank) VALUES ('hashsize', 16777216);

CREATE TRIGGER voucher_text_new AFTER INSERT ON voucher
BEGIN
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key);
END;

CREATE TRIGGER voucher_text_changed AFTER UPDATE OF code, buyer_key, title_key, recipient_key ON voucher
WHEN old.code <> new.code OR old.buyer_key <> new.buyer_key OR old.title_key <> new.title_key OR old.recipient_key <> new.recipient_key
BEGIN
    INSERT INTO voucher_text (voucher_text, rowid, code, buyer_key, title_key, recipient_key)
    VALUES ('delete', old.n, old.code, old.buyer_key, old.title_key, old.recipient_key);
    INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key)
    VALUES (new.n, new.code, new.buyer_key, new.title_key, new.recipient_key);
END;

CREATE TABLE conflict (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    voucher     BLOB    NOT NULL CHECK (length(voucher) = 16),
    state       TEXT    NOT NULL,
    row         TEXT    NOT NULL,
    row_version INTEGER NOT NULL
) STRICT;

CREATE INDEX conflict_by_voucher ON conflict (voucher);
CREATE INDEX conflict_open ON conflict (voucher) WHERE state = 'open';
