-- Where a staff member got mail whose address was changed, until they were told there: somebody else may be about to set a password for them. No job
-- holds an address, so the job names this row as its cause; it is forgotten once nothing is written there any more.
CREATE TABLE former_address (
    id       uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    email    text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254)
);
GRANT SELECT, INSERT, DELETE ON former_address TO beadsbox_serve;

-- What somebody waits for goes before what only has to be there soon: a worker looks for kinds.
CREATE INDEX job_due_kind ON job (kind, run_after) WHERE state = 'waiting';
