-- Since when a change waits for the sequencer: since its transaction began. What waits already counts from now on. The grant of 0006 is for the whole table.
ALTER TABLE change_inbox ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now();
