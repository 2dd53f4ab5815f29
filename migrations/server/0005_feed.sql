-- Writers put what they changed here, in their own transaction. Its numbers are given before they are committed, so nobody
-- reads it by number: the sequencer moves what is committed into `change_feed`.
CREATE TABLE change_inbox (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text   NOT NULL CHECK (kind IN ('shop', 'staff', 'device', 'settings', 'template', 'voucher', 'conflict')),
    entity_id uuid   NOT NULL
);

-- Each entity once, at its last change: as large as the data, not as its past.
CREATE TABLE change_feed (
    kind      text   NOT NULL CHECK (kind IN ('shop', 'staff', 'device', 'settings', 'template', 'voucher', 'conflict')),
    entity_id uuid   NOT NULL,
    seq       bigint NOT NULL UNIQUE CHECK (seq >= 1),
    PRIMARY KEY (kind, entity_id)
);

-- One row a batch. A cursor names the tag of the batch that its number belongs to; after a restore the same numbers come
-- again with other tags.
CREATE TABLE feed_batch (
    to_seq bigint PRIMARY KEY CHECK (to_seq >= 1),
    tag    text   NOT NULL CHECK (char_length(tag) = 32)
);
