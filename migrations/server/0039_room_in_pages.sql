-- Room in each page for what its vouchers become: so a change of status stays in its page, and no index hears of it. Pages that are full fill up as they
-- did before.
ALTER TABLE voucher SET (fillfactor = 85);
