-- What a device needs to come through a restored server, an older copy of its own files, a second life, and being revoked.

-- To show the certificate to a server that lost the device. Devices enrolled before find them out again.
ALTER TABLE enrolment ADD COLUMN profile TEXT CHECK (profile IN ('counter', 'office'));
ALTER TABLE enrolment ADD COLUMN shop_name TEXT;
ALTER TABLE enrolment ADD COLUMN time_zone TEXT;

-- `behind_until`: the server holds own operations up to that number, which these files lack. Nothing is recorded before they are
-- taken back. `revoked_at`: nothing is recorded any more.
ALTER TABLE enrolment ADD COLUMN behind_until INTEGER CHECK (behind_until >= 1);
ALTER TABLE enrolment ADD COLUMN revoked_at INTEGER;

-- A receipt names an epoch, and may be looked at when the device has adopted another one since.
CREATE TABLE known_epoch (
    epoch BLOB PRIMARY KEY CHECK (length(epoch) = 16)
) STRICT, WITHOUT ROWID;
INSERT INTO known_epoch SELECT epoch FROM enrolment UNION SELECT ack_epoch FROM outbox WHERE ack_epoch IS NOT NULL;

-- The lives that began as a fork: the first operation that differs, and the device's own hash after it.
CREATE TABLE life (
    incarnation INTEGER PRIMARY KEY CHECK (incarnation >= 2),
    forked_from INTEGER NOT NULL CHECK (forked_from >= 1),
    fork_seq    INTEGER NOT NULL CHECK (fork_seq >= 1),
    fork_hash   BLOB    NOT NULL CHECK (length(fork_hash) = 32)
) STRICT;

-- `receipt` is the first that came, under that epoch and `commit_no`, and stays. `quarantined`: held until an admin accepts it.
-- `contradicted_by`: what the server said later where it differs from the outcome of the receipt.
ALTER TABLE outbox ADD COLUMN receipt_epoch BLOB CHECK (length(receipt_epoch) = 16);
ALTER TABLE outbox ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0 CHECK (quarantined IN (0, 1));
ALTER TABLE outbox ADD COLUMN contradicted_by TEXT;
UPDATE outbox SET receipt_epoch = ack_epoch WHERE verdict IS NOT NULL AND receipt IS NOT NULL;

-- Only what is told to a person stands in these, so they cost nothing where nothing is wrong.
CREATE INDEX outbox_quarantined ON outbox (dev_seq) WHERE quarantined = 1;
CREATE INDEX outbox_contradicted ON outbox (dev_seq) WHERE contradicted_by IS NOT NULL AND acknowledged_refusal_at IS NULL;
