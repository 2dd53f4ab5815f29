//! Cached vouchers in the flat form, for digests: straight from their columns.

use std::collections::HashMap;

use beadsbox_domain::Payment;
use beadsbox_protocol::{
    digest::Digester,
    flat::{ContentHash, FlatPerson, FlatStamp, FlatVoucher, payment_number},
    snapshot::content_hash,
};
use rusqlite::{Connection, Row, ToSql, types::Type};

use crate::file::sql::{Json, NEVER, Sql};

const COLUMNS: &str = "id, code, template, snapshot, person, buyer, email, recipient, message, payment,
    sold_op, sold_at, sold_staff, sold_shop, sold_device, expires_on, expires_at, status,
    since_op, since_at, since_staff, since_shop, since_device, home_shop, row_version, marks";

/// The hashes of the contents that vouchers refer to.
pub(crate) struct ContentHashes<'a> {
    connection: &'a Connection,
    known: HashMap<i64, ContentHash>,
}

impl<'a> ContentHashes<'a> {
    pub(crate) fn of(connection: &'a Connection) -> Self {
        Self { connection, known: HashMap::new() }
    }

    fn hash(&mut self, number: i64) -> rusqlite::Result<ContentHash> {
        if let Some(hash) = self.known.get(&number) {
            return Ok(*hash);
        }
        let mut question = self.connection.prepare_cached("SELECT content FROM snapshot WHERE n = ?1")?;
        let hash = question.query_row([number], |row| Ok(content_hash(row.get_ref(0)?.as_str()?)))?;
        self.known.insert(number, hash);
        Ok(hash)
    }
}

/// Adds every voucher, in the order in which they were loaded.
pub(crate) fn digest_all(connection: &Connection, digester: &mut Digester) -> rusqlite::Result<()> {
    add(connection, &format!("SELECT {COLUMNS} FROM voucher ORDER BY n"), &[], digester)
}

/// Adds the vouchers after an id up to another one, in the order of their ids.
pub(crate) fn digest_range(connection: &Connection, after: &[u8], through: &[u8], digester: &mut Digester) -> rusqlite::Result<()> {
    add(
        connection,
        &format!("SELECT {COLUMNS} FROM voucher WHERE id > ?1 AND id <= ?2 ORDER BY id"),
        &[&after, &through],
        digester,
    )
}

fn add(connection: &Connection, question: &str, values: &[&dyn ToSql], digester: &mut Digester) -> rusqlite::Result<()> {
    let mut contents = ContentHashes::of(connection);
    let mut statement = connection.prepare_cached(question)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        let flat = read(row, &mut contents)?;
        digester.voucher(&flat).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    }
    Ok(())
}

fn read<'a>(row: &'a Row<'_>, contents: &mut ContentHashes<'_>) -> rusqlite::Result<FlatVoucher<'a>> {
    let expires_on: i64 = row.get(15)?;
    Ok(FlatVoucher {
        id: row.get(0)?,
        code: text(row, 1)?.unwrap_or_default(),
        template: row.get(2)?,
        content: contents.hash(row.get(3)?)?,
        person_hash: row.get(4)?,
        person: match text(row, 5)? {
            Some(buyer) => Some(FlatPerson { buyer, email: text(row, 6)?, recipient: text(row, 7)?, message: text(row, 8)? }),
            None => None,
        },
        payment: payment_number(row.get::<_, Json<Payment>>(9)?.0),
        sold: stamp(row, 10)?,
        expires_on: if expires_on == NEVER { None } else { Some(row.get(15)?) },
        expires_at: row.get(16)?,
        status: row.get(17)?,
        since: stamp(row, 18)?,
        home_shop: row.get(23)?,
        marks: text(row, 25)?,
        row_version: row.get::<_, Sql<u64>>(24)?.0,
    })
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<&'a str>> {
    let failed = |error: rusqlite::types::FromSqlError| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into());
    row.get_ref(column)?.as_str_or_null().map_err(failed)
}

fn stamp(row: &Row<'_>, first: usize) -> rusqlite::Result<FlatStamp> {
    Ok(FlatStamp { op: row.get(first)?, at: row.get(first + 1)?, staff: row.get(first + 2)?, shop: row.get(first + 3)?, device: row.get(first + 4)? })
}
