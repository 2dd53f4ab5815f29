//! Vouchers as columns. What a template said is kept once for all the vouchers that share it.

use std::{collections::HashMap, sync::LazyLock};

use beadsbox_domain::{
    Date, ExternalCode, Marks, Payment, Person, PersonHash, Stamp, Status, TemplateContent, Timestamp, Voucher, VoucherCode, VoucherId,
    folding::{fold, fold_optional},
    text::{Email, Message, PersonName},
};
use beadsbox_protocol::rows::VoucherRow;
use rusqlite::{
    Connection, OptionalExtension as _, Row, params,
    types::{FromSql, Type},
};

use crate::file::sql::{Json, Sql};

/// A cached voucher and its buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CachedVoucher {
    pub(crate) voucher: Voucher,
    pub(crate) person: Option<Person>,
}

/// What [`read`] reads, of a voucher table named `v`.
pub(crate) const COLUMNS: &str = "v.id, v.code, v.template, v.snapshot, v.person, v.buyer, v.recipient, v.email, v.message, v.payment,
    v.sold_op, v.sold_at, v.sold_staff, v.sold_shop, v.sold_device, v.expires_on, v.expires_at, v.status,
    v.since_op, v.since_at, v.since_staff, v.since_shop, v.since_device, v.home_shop, v.marks, v.row_version";

/// What is written of a voucher, in the order in which [`keep`] gives the values.
const WRITTEN: [&str; 30] = [
    "id",
    "code",
    "template",
    "snapshot",
    "title_key",
    "price",
    "person",
    "buyer",
    "buyer_key",
    "recipient",
    "recipient_key",
    "email",
    "message",
    "payment",
    "sold_op",
    "sold_at",
    "sold_staff",
    "sold_shop",
    "sold_device",
    "expires_on",
    "expires_at",
    "status",
    "since_op",
    "since_at",
    "since_staff",
    "since_shop",
    "since_device",
    "home_shop",
    "marks",
    "row_version",
];
/// What changes most often: where a voucher stands.
const STANDING: [&str; 7] = ["status", "since_op", "since_at", "since_staff", "since_shop", "since_device", "row_version"];

/// The buyers of those vouchers that have none: they were erased.
pub(crate) fn erased(connection: &Connection) -> rusqlite::Result<Vec<PersonHash>> {
    // By the index of buyers' names, where they come first.
    let mut question = connection.prepare("SELECT person FROM voucher WHERE buyer_key = '' AND buyer IS NULL")?;
    let found = question.query_map([], |row| Ok(row.get::<_, Sql<PersonHash>>(0)?.0))?;
    found.collect()
}

/// A new voucher.
pub(crate) static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=WRITTEN.len()).map(|number| format!("?{number}")).collect();
    format!("INSERT INTO voucher ({}) VALUES ({})", WRITTEN.join(", "), marks.join(", "))
});
/// A new voucher, or the newer one in the place of the one there.
static KEEP: LazyLock<String> = LazyLock::new(|| {
    let set: Vec<String> = WRITTEN.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    format!("{} ON CONFLICT (id) DO UPDATE SET {} WHERE excluded.row_version > voucher.row_version", *INSERT, set[1..].join(", "))
});
/// The newer one in the place of the one there, where they differ in nothing but where the voucher stands. SQLite writes every index
/// of a column that is set, whether its value is another or not: this writes two of ten.
static KEEP_STANDING: LazyLock<String> = LazyLock::new(|| {
    let (set, same): (Vec<_>, Vec<_>) = WRITTEN.iter().zip(1..).partition(|(column, _)| STANDING.contains(column));
    let list = |columns: Vec<(&&str, i32)>, is: &str| columns.iter().map(|(column, number)| format!("{column} {is} ?{number}")).collect::<Vec<_>>();
    let (set, same) = (list(set, "=").join(", "), list(same, "IS")[1..].join(" AND "));
    format!("UPDATE voucher SET {set} WHERE id = ?1 AND row_version < ?{} AND {same}", WRITTEN.len())
});

/// Keeps a voucher if it is newer than the one there; answers whether it was.
pub(crate) fn keep(connection: &Connection, row: &VoucherRow, snapshots: &mut KnownSnapshots) -> rusqlite::Result<bool> {
    let VoucherRow { voucher, person } = row;
    let snapshot = snapshots.number(connection, &voucher.snapshot)?;
    let title_key = fold(voucher.snapshot.title.as_str());
    let buyer = person.as_ref().map(|person| person.buyer.as_str());
    let recipient = person.as_ref().and_then(|person| person.recipient.as_ref()).map(PersonName::as_str);
    let (buyer_key, recipient_key) = (fold_optional(buyer), fold_optional(recipient));
    let (sold, since) = (&voucher.sold, &voucher.since);
    let write = |statement: &str| -> rusqlite::Result<bool> {
        let changed = connection.prepare_cached(statement)?.execute(params![
            Sql(voucher.id),
            Sql(voucher.code),
            Sql(voucher.template),
            snapshot,
            title_key,
            voucher.snapshot.price.minor,
            Sql(voucher.person),
            buyer,
            buyer_key,
            recipient,
            recipient_key,
            person.as_ref().and_then(|person| person.email.as_ref()).map(Email::as_str),
            person.as_ref().and_then(|person| person.message.as_ref()).map(Message::as_str),
            Json(voucher.payment),
            Sql(sold.op),
            Sql(sold.at),
            Sql(sold.staff),
            Sql(sold.shop),
            Sql(sold.device),
            Sql(voucher.expires_on),
            voucher.expires_at.map(Sql),
            Sql(voucher.status),
            Sql(since.op),
            Sql(since.at),
            Sql(since.staff),
            Sql(since.shop),
            Sql(since.device),
            voucher.home_shop.map(Sql),
            (!voucher.marks.is_empty()).then_some(Json(&voucher.marks)),
            Sql(voucher.row_version),
        ])?;
        Ok(changed > 0)
    };
    Ok(write(&KEEP_STANDING)? || write(&KEEP)?)
}

/// The question for each value of an indexed column once: one step through the index each, however many vouchers have it.
pub(crate) fn each_once(column: &str) -> String {
    format!(
        "WITH RECURSIVE seen (value) AS (
             SELECT min({column}) FROM voucher WHERE {column} IS NOT NULL
             UNION ALL SELECT (SELECT min({column}) FROM voucher WHERE {column} > seen.value) FROM seen WHERE seen.value IS NOT NULL
         ) SELECT value FROM seen WHERE value IS NOT NULL"
    )
}

/// One voucher.
pub(crate) fn find(connection: &Connection, id: VoucherId, contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    one(connection, &question("WHERE v.id = ?1"), &[&Sql(id)], contents)
}

/// The voucher of that code.
pub(crate) fn find_code(connection: &Connection, code: VoucherCode, contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    one(connection, &question("WHERE v.code = ?1 ORDER BY v.id LIMIT 1"), &[&Sql(code)], contents)
}

/// The voucher that has that code from another system, in whatever case.
pub(crate) fn find_external(connection: &Connection, code: &ExternalCode, contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    let which = question("WHERE v.marks IS NOT NULL AND lower(v.marks ->> '$.external_code') = ?1 ORDER BY v.id LIMIT 1");
    one(connection, &which, &[&code.folded().as_str()], contents)
}

fn question(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM voucher v {rest}")
}

fn one(connection: &Connection, question: &str, values: &[&dyn rusqlite::ToSql], contents: &mut Contents) -> rusqlite::Result<Option<CachedVoucher>> {
    let mut statement = connection.prepare_cached(question)?;
    let mut rows = statement.query(values)?;
    rows.next()?.map(|row| read(connection, row, contents)).transpose()
}

/// A voucher from the columns of [`COLUMNS`].
pub(crate) fn read(connection: &Connection, row: &Row<'_>, contents: &mut Contents) -> rusqlite::Result<CachedVoucher> {
    let mut columns = Columns { row, next: 0 };
    let id = columns.take::<Sql<_>>()?.0;
    let code = columns.take::<Sql<VoucherCode>>()?.0;
    let template = columns.take::<Sql<_>>()?.0;
    let snapshot = contents.of(connection, columns.take()?)?;
    let hash = columns.take::<Sql<PersonHash>>()?.0;
    let person = columns.person()?;
    let payment = columns.take::<Json<Payment>>()?.0;
    let sold = columns.stamp()?;
    let expires_on = columns.take::<Sql<Option<Date>>>()?.0;
    let expires_at = columns.take::<Option<Sql<Timestamp>>>()?.map(|at| at.0);
    let status = columns.take::<Sql<Status>>()?.0;
    let since = columns.stamp()?;
    let home_shop = columns.take::<Option<Sql<_>>>()?.map(|shop| shop.0);
    let marks = columns.take::<Option<Json<Marks>>>()?.map(|marks| marks.0).unwrap_or_default();
    let row_version = columns.take::<Sql<u64>>()?.0;
    let voucher = Voucher { id, code, template, snapshot, person: hash, payment, sold, expires_on, expires_at, status, since, home_shop, marks, row_version };
    Ok(CachedVoucher { voucher, person })
}

/// Reads one column after the other.
struct Columns<'a, 'stmt> {
    row: &'a Row<'stmt>,
    next: usize,
}

impl Columns<'_, '_> {
    fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn stamp(&mut self) -> rusqlite::Result<Stamp> {
        Ok(Stamp {
            op: self.take::<Sql<_>>()?.0,
            at: self.take::<Sql<_>>()?.0,
            staff: self.take::<Sql<_>>()?.0,
            shop: self.take::<Sql<_>>()?.0,
            device: self.take::<Sql<_>>()?.0,
        })
    }

    /// A text that was checked when it came, and is again.
    fn text<T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>>(&mut self) -> rusqlite::Result<Option<T>> {
        let text: Option<String> = self.take()?;
        let column = self.next - 1;
        text.map(|text| T::try_from(text).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())))
            .transpose()
    }

    fn person(&mut self) -> rusqlite::Result<Option<Person>> {
        let buyer = self.text::<PersonName>()?;
        let (recipient, email, message) = (self.text()?, self.text()?, self.text()?);
        Ok(buyer.map(|buyer| Person { buyer, email, recipient, message }))
    }
}

/// What the snapshots say that were read so far.
#[derive(Debug, Default)]
pub(crate) struct Contents(HashMap<i64, TemplateContent>);

impl Contents {
    fn of(&mut self, connection: &Connection, number: i64) -> rusqlite::Result<TemplateContent> {
        if let Some(content) = self.0.get(&number) {
            return Ok(content.clone());
        }
        let content = connection
            .prepare_cached("SELECT content FROM snapshot WHERE n = ?1")?
            .query_row([number], |row| Ok(row.get::<_, Json<TemplateContent>>(0)?.0))?;
        self.0.insert(number, content.clone());
        Ok(content)
    }
}

/// The numbers of the snapshots that were written so far.
#[derive(Debug, Default)]
pub(crate) struct KnownSnapshots(HashMap<TemplateContent, i64>);

impl KnownSnapshots {
    fn number(&mut self, connection: &Connection, content: &TemplateContent) -> rusqlite::Result<i64> {
        if let Some(number) = self.0.get(content) {
            return Ok(*number);
        }
        let known = connection
            .prepare_cached("SELECT n FROM snapshot WHERE content = ?1")?
            .query_row([Json(content)], |row| row.get(0))
            .optional()?;
        let number = if let Some(number) = known {
            number
        } else {
            connection.prepare_cached("INSERT INTO snapshot (content) VALUES (?1)")?.execute([Json(content)])?;
            connection.last_insert_rowid()
        };
        self.0.insert(content.clone(), number);
        Ok(number)
    }
}
