-- Codes of other systems that differ in their case alone are too alike: a person who types one of them names the other. Folded as ASCII, as
-- devices do it, whatever the database's own collation is.
DROP INDEX voucher_external_code;
CREATE UNIQUE INDEX voucher_external_code ON voucher (lower((marks ->> 'external_code') COLLATE "C")) WHERE marks ->> 'external_code' IS NOT NULL;
