-- Which password and second factor a verifier is from: one from before an admin gave another opens nothing.
ALTER TABLE offline_sign_in ADD COLUMN sign_in_version INTEGER NOT NULL DEFAULT 0 CHECK (sign_in_version >= 0);
