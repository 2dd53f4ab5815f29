-- Vouchers that were taken over from another system: what stands on their paper names one voucher, as a code of ours does. Two devices may
-- import at the same time, so the index says it.
DROP INDEX voucher_external_code;
CREATE UNIQUE INDEX voucher_external_code ON voucher ((marks ->> 'external_code')) WHERE marks ->> 'external_code' IS NOT NULL;
