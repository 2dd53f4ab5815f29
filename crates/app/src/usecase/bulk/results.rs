//! What became of each of many vouchers.

use std::path::Path;

use beadsbox_documents::{Cell, Column, CsvSheet, Dialect, Kind};

use super::{super::Seat, job::Target};
use crate::{
    error::AppResult,
    saved_file,
    view::{BulkResult, BulkRow, BulkWords},
};

const MOST_ROWS: usize = 500;

impl Seat {
    /// A page of the results, in the order of the list.
    pub fn bulk_rows(&self, from: u64, limit: u32) -> AppResult<Vec<BulkRow>> {
        let bulk = self.needed_bulk()?;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(MOST_ROWS).min(MOST_ROWS);
        let row = |target: &Target| {
            let (result, reason) = target.result();
            BulkRow { voucher_id: target.voucher.to_string(), code: target.code.to_string(), result, reason }
        };
        Ok(bulk.targets(from, limit).iter().map(row).collect())
    }

    /// The results as a table in a file.
    pub async fn save_bulk_results(&self, words: BulkWords, path: &Path) -> AppResult<()> {
        let bulk = self.needed_bulk()?;
        let path = path.to_owned();
        crate::program::blocking(move || {
            let columns = [&words.code, &words.result, &words.reason].map(|heading| Column::new(heading, Kind::Text));
            saved_file::write(&path, |out| {
                let mut sheet = CsvSheet::begin(out, &columns, Dialect::of(words.language.into()))?;
                let mut from = 0;
                loop {
                    let part = bulk.targets(from, MOST_ROWS);
                    if part.is_empty() {
                        break;
                    }
                    from += part.len();
                    part.iter().try_for_each(|target| sheet.row(&line(target, &words)))?;
                }
                sheet.finish().map(drop)
            })
        })
        .await
    }
}

fn line(target: &Target, words: &BulkWords) -> [Cell; 3] {
    let (result, reason) = target.result();
    let result = match result {
        BulkResult::Recorded => &words.recorded,
        BulkResult::Refused => &words.refused,
        BulkResult::Left => &words.left,
    };
    let reason = reason.and_then(|place| words.reasons.get(usize::try_from(place).ok()?));
    [Cell::text(target.code.to_string()), Cell::text(result), reason.map_or(Cell::Empty, Cell::text)]
}
