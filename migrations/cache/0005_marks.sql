-- Facts that few vouchers have, as JSON; NULL where there are none. What was taken before this column was, has none.
ALTER TABLE voucher ADD COLUMN marks TEXT;
CREATE INDEX voucher_by_external_code ON voucher (marks ->> '$.external_code') WHERE marks IS NOT NULL;
CREATE INDEX voucher_by_batch ON voucher (marks ->> '$.batch.id') WHERE marks IS NOT NULL;
