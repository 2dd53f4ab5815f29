-- Codes of other systems are found without the case of their ASCII letters; which of two cases is meant is looked at afterwards.
DROP INDEX voucher_by_external_code;
CREATE INDEX voucher_by_external_code ON voucher (lower(marks ->> '$.external_code')) WHERE marks IS NOT NULL;
