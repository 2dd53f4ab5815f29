//! The file that is loaded into: the cache's tables without their indexes and triggers, and notes of how far it is.

use std::collections::HashMap;

use beadsbox_domain::{TemplateContent, folding::fold};
use beadsbox_protocol::{
    flat::ContentHash,
    rows::Row,
    snapshot::{Manifest, Record, content_hash},
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{Content, Finishing, Load, LoadProgress, chunk::Plain, failed, voucher};
use crate::{
    cache::rows::{self, Table},
    error::{StoreError, StoreFile},
    file::{
        Beginning, migrate,
        sql::{Json, Sql},
    },
};

/// Rows come sorted and go to the file's end: few pages have to be at hand.
const PAGES_KIB: i64 = 16 * 1024;

/// What is made later stands in `load_later`, in the words of the migrations: they alone say what a cache is made of.
const NOTES: &str = "
    CREATE TABLE load (
        only_one INTEGER PRIMARY KEY CHECK (only_one = 1), manifest TEXT NOT NULL, next_chunk INTEGER NOT NULL, rows INTEGER NOT NULL, last_voucher BLOB
    ) STRICT;
    CREATE TABLE load_later (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, sql TEXT NOT NULL) STRICT;
    INSERT INTO load_later (kind, name, sql)
        SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name";

/// Begins a load.
pub(super) fn begin(beginning: &Beginning, manifest: &Manifest) -> Result<Load, StoreError> {
    let mut connection = beginning.open(PAGES_KIB)?;
    let prepare = |connection: &mut Connection| -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        migrate::apply_steps(StoreFile::Cache, &transaction, 0)?;
        transaction.execute_batch(NOTES)?;
        let later: Vec<(String, String)> = transaction
            .prepare("SELECT kind, name FROM load_later")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        later.iter().try_for_each(|(kind, name)| transaction.execute_batch(&format!("DROP {kind} \"{name}\"")))?;
        transaction.execute("INSERT INTO load (only_one, manifest, next_chunk, rows) VALUES (1, ?1, 0, 0)", [Json(manifest)])?;
        transaction.commit()
    };
    prepare(&mut connection).map_err(|error| failed(&error))?;
    Ok(Load {
        connection,
        manifest: manifest.clone(),
        progress: LoadProgress { next_chunk: 0, rows: 0 },
        last_voucher: None,
        contents: HashMap::new(),
        finishing: Finishing::default(),
    })
}

/// Goes on where a load of that snapshot ended; none where the file is about another one.
pub(super) fn resume(beginning: &Beginning, manifest: &Manifest) -> Result<Option<Load>, StoreError> {
    let connection = beginning.open(PAGES_KIB)?;
    let noted = connection
        .query_row("SELECT manifest, next_chunk, rows, last_voucher FROM load", [], |row| {
            Ok((
                row.get::<_, Json<Manifest>>(0)?.0,
                row.get::<_, Sql<u64>>(1)?.0,
                row.get::<_, Sql<u64>>(2)?.0,
                row.get::<_, Option<[u8; 16]>>(3)?,
            ))
        })
        .optional()
        .map_err(|error| failed(&error))?;
    let Some((known, next_chunk, rows, last_voucher)) = noted.filter(|(known, ..)| known == manifest) else {
        return Ok(None);
    };
    let contents = known_contents(&connection).map_err(|error| failed(&error))?;
    let next_chunk = usize::try_from(next_chunk).map_err(StoreError::internal)?;
    let progress = LoadProgress { next_chunk, rows };
    Ok(Some(Load { connection, manifest: known, progress, last_voucher, contents, finishing: Finishing::default() }))
}

fn known_contents(connection: &Connection) -> rusqlite::Result<HashMap<ContentHash, Content>> {
    let mut question = connection.prepare("SELECT n, content FROM snapshot")?;
    let mut rows = question.query([])?;
    let mut contents = HashMap::new();
    while let Some(row) = rows.next()? {
        let json = row.get_ref(1)?.as_str()?;
        contents.insert(content_hash(json), Content::new(row.get(0)?, &row.get::<_, Json<TemplateContent>>(1)?.0));
    }
    Ok(contents)
}

impl Content {
    fn new(number: i64, content: &TemplateContent) -> Self {
        Self { number, title_key: fold(content.title.as_str()), price: content.price.minor }
    }
}

/// Takes a chunk in one transaction.
pub(super) fn take(load: &mut Load, chunk: &Plain) -> Result<(), StoreError> {
    let transaction = load.connection.transaction().map_err(|error| failed(&error))?;
    let mut taking = Taking { transaction: &transaction, chunk, contents: &mut load.contents, last_voucher: load.last_voucher, rows: 0 };
    for record in chunk.records() {
        taking.record(&record?)?;
    }
    let (rows, last_voucher) = (taking.rows, taking.last_voucher);
    if rows != chunk.rows {
        return Err(chunk.broken(format_args!("{rows} rows, {} were promised", chunk.rows)));
    }
    let progress = LoadProgress { next_chunk: chunk.number + 1, rows: load.progress.rows + rows };
    transaction
        .execute(
            "UPDATE load SET next_chunk = ?1, rows = ?2, last_voucher = ?3",
            params![Sql(progress.next_chunk as u64), Sql(progress.rows), last_voucher],
        )
        .map_err(|error| failed(&error))?;
    transaction.commit().map_err(|error| failed(&error))?;
    (load.progress, load.last_voucher) = (progress, last_voucher);
    Ok(())
}

struct Taking<'a> {
    transaction: &'a Transaction<'a>,
    chunk: &'a Plain,
    contents: &'a mut HashMap<ContentHash, Content>,
    last_voucher: Option<[u8; 16]>,
    rows: u64,
}

impl Taking<'_> {
    fn record(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        match record {
            Record::Row(json) => {
                keep_other(self.transaction, &self.chunk.row(json)?).map_err(|error| failed(&error))?;
                self.rows += 1;
            }
            Record::Content(json) => self.content(json)?,
            Record::Voucher(flat) => {
                if self.last_voucher.is_some_and(|last| last >= flat.id) {
                    return Err(self.chunk.broken("the vouchers are not in the order of their ids"));
                }
                let content = self.contents.get(&flat.content).ok_or_else(|| self.chunk.broken("a voucher names a content that did not come"))?;
                voucher::check(flat).map_err(|detail| self.chunk.broken(detail))?;
                voucher::insert(self.transaction, flat, content).map_err(|error| failed(&error))?;
                self.last_voucher = Some(flat.id);
                self.rows += 1;
            }
        }
        Ok(())
    }

    /// Keeps it in this program's own words: digests are computed over those, so they must be the server's.
    fn content(&mut self, json: &str) -> Result<(), StoreError> {
        let content: TemplateContent = serde_json::from_str(json).map_err(|error| self.chunk.broken(error))?;
        let ours = serde_json::to_string(&content).map_err(StoreError::internal)?;
        if ours != json {
            return Err(self.chunk.broken("a content in other words than this program's"));
        }
        let hash = content_hash(json);
        if !self.contents.contains_key(&hash) {
            self.transaction
                .prepare_cached("INSERT INTO snapshot (content) VALUES (?1)")
                .and_then(|mut insert| insert.execute([json]))
                .map_err(|error| failed(&error))?;
            self.contents.insert(hash, Content::new(self.transaction.last_insert_rowid(), &content));
        }
        Ok(())
    }
}

fn keep_other(connection: &Connection, row: &Row) -> rusqlite::Result<bool> {
    let version = row.row_version();
    match row {
        Row::Shop(shop) => rows::keep(connection, Table::Shop, Sql(shop.id), shop, version),
        Row::Staff(staff) => rows::keep(connection, Table::Staff, Sql(staff.id), staff, version),
        Row::Device(device) => rows::keep(connection, Table::Device, Sql(device.id), device, version),
        Row::Settings(settings) => rows::keep_settings(connection, settings, version),
        Row::Template(template) => rows::keep(connection, Table::Template, Sql(template.id), template, version),
        Row::Conflict(row) => rows::keep_conflict(connection, row),
        Row::Voucher(_) => Ok(false),
    }
}
