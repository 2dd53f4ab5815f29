-- Parts of files by which an admin brought the operations of a device that was not online again. Only ever added to.
CREATE TABLE outbox_import (
    -- Of the part as it stood in the file.
    sha256         bytea       PRIMARY KEY CHECK (octet_length(sha256) = 32),
    device_id      uuid        NOT NULL REFERENCES device (id),
    incarnation    integer     NOT NULL CHECK (incarnation >= 1),
    first_seq      bigint      NOT NULL CHECK (first_seq >= 1),
    last_seq       bigint      NOT NULL CHECK (last_seq >= first_seq),
    -- How many of them the server did not have.
    new_operations bigint      NOT NULL CHECK (new_operations BETWEEN 0 AND last_seq - first_seq + 1),
    staff_id       uuid        NOT NULL,
    taken_at       timestamptz NOT NULL
);
GRANT SELECT, INSERT ON outbox_import TO beadsbox_serve;
