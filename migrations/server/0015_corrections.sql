-- Corrections of vouchers: extended, replaced by another one, charged back.

-- Facts that few vouchers have; NULL where there are none.
ALTER TABLE voucher ADD COLUMN marks jsonb CHECK (jsonb_typeof(marks) = 'object');
CREATE INDEX voucher_batch ON voucher ((marks #>> '{batch,id}')) WHERE marks IS NOT NULL;
CREATE INDEX voucher_external_code ON voucher ((marks ->> 'external_code')) WHERE marks IS NOT NULL;

ALTER TABLE voucher DROP CONSTRAINT voucher_status_check,
    ADD CONSTRAINT voucher_status_check CHECK (status IN ('purchased', 'used', 'cancelled', 'refunded', 'expired', 'replaced'));
ALTER TABLE conflict DROP CONSTRAINT conflict_kind_check,
    ADD CONSTRAINT conflict_kind_check CHECK (kind IN ('double_redemption', 'honoured_after_cancellation', 'honoured_after_refund',
                                                       'honoured_after_expiry', 'honoured_after_replacement', 'unknown_voucher'));
