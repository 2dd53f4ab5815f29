//! A page of changes: its rows and its cursor in one transaction, each row only where it is newer than the one there.

use std::collections::HashSet;

use beadsbox_domain::{Timestamp, operation::Subject};
use beadsbox_protocol::{pull::ChangesPage, rows::Row};
use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    meta,
    rows::{self, Table},
    search_text,
    voucher::{self, KnownSnapshots},
};
use crate::{
    error::StoreError,
    file::{WriteError, sql::Sql},
    types::ChangedKinds,
};

/// A page of so many rows is one of many: the search text of its new vouchers costs more than all the rest, and is built when
/// nothing waits for the pages any more.
const MANY_ROWS: usize = 500;

/// What a page did.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub(crate) kinds: ChangedKinds,
    /// The vouchers and templates whose rows, or whose conflicts, changed.
    pub(crate) subjects: HashSet<Subject>,
}

/// Why a page was not taken.
pub(crate) enum ApplyError {
    Write(WriteError),
    Refused(StoreError),
}

impl From<WriteError> for ApplyError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<rusqlite::Error> for ApplyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Takes the page. It must begin where the cache stands: a gap would lose rows for good.
pub(crate) fn apply(transaction: &Transaction<'_>, page: &ChangesPage, received_at: Timestamp) -> Result<Applied, ApplyError> {
    let position = meta::position(transaction)?;
    if let Some(known) = position.epoch.filter(|epoch| *epoch != page.epoch) {
        return Err(ApplyError::Refused(StoreError::WrongEpoch { known, found: page.epoch }));
    }
    if position.cursor != page.from {
        return Err(ApplyError::Refused(StoreError::PageOutOfPlace { from: page.from.seq, stands: position.cursor.seq }));
    }
    if page.rows.len() >= MANY_ROWS {
        search_text::leave_for_later(transaction)?;
    }
    let mut applied = Applied::default();
    let mut snapshots = KnownSnapshots::default();
    for row in &page.rows {
        apply_row(transaction, row, &mut snapshots, &mut applied)?;
    }
    let up_to_date = page.to.seq >= page.head;
    meta::advance(transaction, page.epoch, &page.to, page.head, up_to_date.then_some(received_at))?;
    Ok(applied)
}

/// Keeps rows that come from elsewhere than the feed: the cursor stays where it is. The cache is of their epoch from now on, so that they
/// go with it where the server gets another one before a load has ended.
pub(crate) fn keep_rows(transaction: &Transaction<'_>, epoch: Uuid, rows: &[Row]) -> rusqlite::Result<Applied> {
    meta::begin_epoch(transaction, epoch)?;
    let mut applied = Applied::default();
    let mut snapshots = KnownSnapshots::default();
    rows.iter().try_for_each(|row| apply_row(transaction, row, &mut snapshots, &mut applied))?;
    Ok(applied)
}

/// Keeps one row, if it is newer than the one there.
pub(crate) fn apply_row(transaction: &Transaction<'_>, row: &Row, snapshots: &mut KnownSnapshots, applied: &mut Applied) -> rusqlite::Result<()> {
    let Applied { kinds, subjects } = applied;
    let version = row.row_version();
    match row {
        Row::Shop(shop) => kinds.directory |= rows::keep(transaction, Table::Shop, Sql(shop.id), shop, version)?,
        Row::Staff(staff) => kinds.directory |= rows::keep(transaction, Table::Staff, Sql(staff.id), staff, version)?,
        Row::Device(device) => kinds.directory |= rows::keep(transaction, Table::Device, Sql(device.id), device, version)?,
        Row::Settings(settings) => kinds.directory |= rows::keep_settings(transaction, settings, version)?,
        Row::Template(template) => {
            if rows::keep(transaction, Table::Template, Sql(template.id), template, version)? {
                kinds.templates = true;
                subjects.insert(Subject::Template(template.id));
            }
        }
        Row::Voucher(row) => {
            if voucher::keep(transaction, row, snapshots)? {
                kinds.vouchers = true;
                subjects.insert(Subject::Voucher(row.voucher.id));
            }
        }
        Row::Conflict(row) => {
            if rows::keep_conflict(transaction, row)? {
                kinds.conflicts = true;
                subjects.insert(Subject::Voucher(row.conflict.voucher));
            }
        }
    }
    Ok(())
}
