-- The group that serves. The owner of the schema migrates; whoever serves is a member of this one and can do less
-- (see 0006_grants.sql). A role belongs to the whole cluster, so another database may have made it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'beadsbox_serve') THEN
        CREATE ROLE beadsbox_serve NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL; -- made at the same moment by the migration of another database
END
$$;

-- Who this server is. One row, made by the first `migrate` or `serve`.
CREATE TABLE server (
    singleton   boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    -- A new one after every restore or failover that may have lost commits.
    epoch       uuid        NOT NULL,
    -- Ed25519, the private half: signs receipts and enrolment certificates.
    signing_key bytea       NOT NULL CHECK (octet_length(signing_key) = 32),
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- What the organisation set. One row.
CREATE TABLE settings (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    policy      jsonb   NOT NULL CHECK (jsonb_typeof(policy) = 'object'),
    row_version bigint  NOT NULL DEFAULT 1 CHECK (row_version >= 1)
);
