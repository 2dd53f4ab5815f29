-- Names that differ in accents alone are two people: what lets somebody in without the server is kept by who they are. What the server has
-- ended keeps its row and loses its verifier, so that it opens nothing once the cache is gone, and the screen can say why.
CREATE TABLE offline_sign_in_by_staff (
    staff           BLOB    PRIMARY KEY CHECK (length(staff) = 16),
    name            TEXT    NOT NULL,
    name_key        TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    verifier        TEXT,
    ended           TEXT    CHECK (ended IN ('barred', 'changed')),
    verified_at     INTEGER NOT NULL,
    failed          INTEGER NOT NULL DEFAULT 0,
    blocked_until   INTEGER,
    sign_in_version INTEGER NOT NULL DEFAULT 0 CHECK (sign_in_version >= 0),
    CHECK ((verifier IS NULL) = (ended IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO offline_sign_in_by_staff (staff, name, name_key, role, verifier, verified_at, failed, blocked_until, sign_in_version)
SELECT staff, name, name_key, role, verifier, verified_at, failed, blocked_until, sign_in_version FROM offline_sign_in;

DROP TABLE offline_sign_in;
ALTER TABLE offline_sign_in_by_staff RENAME TO offline_sign_in;
CREATE INDEX offline_sign_in_by_name ON offline_sign_in (name_key);

-- The buyers of sales that were refused for good before programs erased them with the refusal. No voucher names them.
DELETE FROM person WHERE hash IN (
    SELECT unhex(json_extract(body, '$.operation.person')) FROM outbox
    WHERE kind IN ('sell', 'import') AND verdict = 'rejected' AND state = 'acknowledged' AND contradicted_by IS NULL
);
