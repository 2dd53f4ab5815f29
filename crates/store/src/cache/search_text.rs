//! Building the search index after the rows, in small steps: each is a short transaction, so that nobody waits for it.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

/// Up to which row the index is built; none where it is whole.
pub(crate) fn mark(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached("SELECT text_through FROM meta")?.query_row([], |row| row.get(0))
}

/// Leaves the rows that are yet to come out of the index, until [`build_some`] comes to them.
pub(crate) fn leave_for_later(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE meta SET text_through = (SELECT coalesce(max(n), 0) FROM voucher) WHERE text_through IS NULL")?
        .execute([])
        .map(drop)
}

/// Indexes the next rows, so many at most. Answers whether more are to come.
pub(crate) fn build_some(transaction: &Transaction<'_>, rows: u32) -> rusqlite::Result<bool> {
    let Some(mark) = mark(transaction)? else { return Ok(false) };
    let last: Option<i64> = transaction
        .prepare_cached("SELECT max(n) FROM (SELECT n FROM voucher WHERE n > ?1 ORDER BY n LIMIT ?2)")?
        .query_row((mark, rows), |row| row.get(0))
        .optional()?
        .flatten();
    let Some(last) = last else {
        transaction.execute("UPDATE meta SET text_through = NULL", [])?;
        return Ok(false);
    };
    transaction
        .prepare_cached(
            "INSERT INTO voucher_text (rowid, code, buyer_key, title_key, recipient_key, email_key)
             SELECT n, code, buyer_key, title_key, recipient_key, email_key FROM voucher WHERE n > ?1 AND n <= ?2",
        )?
        .execute((mark, last))?;
    transaction.prepare_cached("UPDATE meta SET text_through = ?1")?.execute([last])?;
    Ok(true)
}
