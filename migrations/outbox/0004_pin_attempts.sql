-- Wrong PINs, by whose PIN it was to be. `failed` are those since the last right one, `wrong` all of them, for the admin. An attempt is counted
-- before the PIN is looked at, so that neither a crash nor a pulled plug gives one for nothing.
CREATE TABLE pin_attempt (
    staff         BLOB    PRIMARY KEY CHECK (length(staff) = 16),
    failed        INTEGER NOT NULL CHECK (failed >= 0),
    blocked_until INTEGER,
    wrong         INTEGER NOT NULL CHECK (wrong >= 0)
) STRICT, WITHOUT ROWID;
