-- A digest of everything that is in the database, table by table: rows, and two sums over a hash of each row, so that the order in which
-- they lie does not matter. Two databases that print the same hold the same. Sequences are not in it: PostgreSQL writes them down ahead, and
-- one that comes back may go on up to 32 further.
-- What PostgreSQL writes for a value depends on these.
SET TIME ZONE 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'iso_8601';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT format(
  $sql$SELECT %L, count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0), coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0)
       FROM (SELECT md5(row_of::text) AS h FROM %I.%I AS row_of) AS hashes$sql$,
  schemaname || '.' || tablename, schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY schemaname, tablename
\gexec
COMMIT;
