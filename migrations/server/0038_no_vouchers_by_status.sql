-- no-transaction
--
-- The release before asks by the end and the status as well: it is answered by `voucher_end`.
DROP INDEX CONCURRENTLY IF EXISTS voucher_overdue;
