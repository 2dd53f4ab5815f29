-- What a newer program wrote is held, and the upgraded server decides it where it stands. Nothing else of an operation ever changes, and
-- that only once.
ALTER TABLE operation ADD COLUMN held_clock_right boolean;
COMMENT ON COLUMN operation.held_clock_right IS 'Of one that came before it could be read: whether its device''s clock was right then.';
CREATE INDEX operation_held ON operation (device_id, incarnation, dev_seq) WHERE outcome IS NULL;

CREATE FUNCTION operation_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an operation is decided once, and changes in nothing else' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER operation_is_decided BEFORE UPDATE ON operation
FOR EACH ROW WHEN (old.outcome IS NOT NULL OR new.outcome IS NULL)
EXECUTE FUNCTION operation_is_decided();

GRANT UPDATE (op_id, taken, claimed_at, commit_no, subject_kind, subject_id, outcome, row_version, receipt) ON operation TO beadsbox_serve;
