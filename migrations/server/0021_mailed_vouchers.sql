-- Which of a job's vouchers went in its mail: what was used or cancelled before is left out. None where nothing was sent, and of what was sent before
-- this was kept.
ALTER TABLE job ADD COLUMN mailed uuid[] CHECK (mailed IS NULL OR ended = 'sent');

GRANT UPDATE (mailed) ON job TO beadsbox_serve;
