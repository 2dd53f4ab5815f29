-- no-transaction
--
-- A buyer is looked up by their hash and in no order, once for each voucher of a list: a hash index finds them in one step of 32 bits, where
-- the primary key compares some twenty hashes byte by byte. The key stays: it is what keeps a hash from standing here twice.
CREATE INDEX CONCURRENTLY IF NOT EXISTS person_by_hash ON person USING hash (hash);
