-- Under which lease a mail was begun to be handed over. From that moment on the mail server may have it, so whoever finds the lease ended without a word
-- does not send it once more (docs/adr/0057-a-lease-that-is-kept.md).
ALTER TABLE job ADD COLUMN handed_over uuid;
GRANT UPDATE (handed_over) ON job TO beadsbox_serve;
