//! Tables that a person opens: whose vouchers are to be issued, or taken over from another system.
//!
//! Rust reads the file; the page gets its headings, and lines by page. One is open at a time, and it goes with whoever opened it.

mod columns;
pub(crate) mod desk;
mod lines;

use std::{fs::File, io::Read as _, path::Path, sync::Arc};

use beadsbox_documents::{Encoding, Form, MOST_FILE_BYTES, ReadTable, read_table};
use beadsbox_domain::{Deed, StaffId};

pub(in crate::usecase) use self::{
    columns::Columns,
    lines::{Checked, CheckedLine, shown},
};
use super::Seat;
use crate::{
    error::{AppError, AppResult, ErrorCode},
    program::blocking,
    view::{SheetColumn, SheetForm, SheetUse, SheetView, WorkKind, WorkProgress},
};

/// How many rows a page gets to see of each column.
const SAMPLES: usize = 3;
/// So much of a cell is a sample.
const SAMPLE_CHARACTERS: usize = 60;

/// A table that was opened.
pub(crate) struct Sheet {
    pub(super) name: String,
    pub(super) table: ReadTable,
    purpose: SheetUse,
    staff: StaffId,
}

impl Seat {
    /// Opens a table: what it is and, as far as headings and memory tell, which column is what. It takes the place of the one before.
    pub async fn open_sheet(&self, path: &Path, purpose: SheetUse) -> AppResult<SheetView> {
        self.require(deed(purpose))?;
        let at_work = self.device.desk.work.begin(WorkKind::Look, self.session.staff)?;
        let path = path.to_owned();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let table = blocking(move || Ok(read_table(&bytes_of(&path)?)?)).await?;
        let kept = self.kept_mapping(purpose).await?;
        let sheet = Arc::new(Sheet { name, table, purpose, staff: self.session.staff });
        let view = sheet.view(&kept);
        self.device.desk.put(&at_work, sheet)?;
        Ok(view)
    }

    /// Lets the table go. What is being done with it goes on.
    pub fn close_sheet(&self) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        self.device.desk.clear();
        Ok(())
    }

    /// How far this person's work on a table or a batch is; nothing where there is none.
    pub fn work_progress(&self) -> AppResult<Option<WorkProgress>> {
        self.require(Deed::UseOffice)?;
        Ok(self.device.desk.work.of(self.session.staff).map(|work| work.progress()))
    }

    /// Stops it, as soon as it can be stopped.
    pub fn stop_work(&self) -> AppResult<()> {
        self.require(Deed::UseOffice)?;
        if let Some(work) = self.device.desk.work.of(self.session.staff) {
            work.stop();
        }
        Ok(())
    }

    /// The table that this person opened for that.
    pub(super) fn sheet(&self, purpose: SheetUse) -> AppResult<Arc<Sheet>> {
        let open = self.device.desk.sheet().filter(|sheet| sheet.purpose == purpose && sheet.staff == self.session.staff);
        open.ok_or_else(|| AppError::new(ErrorCode::NoSheet, "no table is open"))
    }

    /// By field, the heading that it had the last time. What cannot be read counts as never kept.
    async fn kept_mapping(&self, purpose: SheetUse) -> AppResult<columns::Kept> {
        let key = self.mapping_key(purpose);
        let kept = self.device.files(move |store| Ok(store.preference(&key)?)).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps which heading is which field, for the next table.
    pub(super) async fn keep_mapping(&self, purpose: SheetUse, sheet: &Sheet, columns: &Columns) -> AppResult<()> {
        let key = self.mapping_key(purpose);
        let text = serde_json::to_string(&columns.kept(&sheet.table.headings)).map_err(AppError::internal)?;
        self.device.files(move |store| Ok(store.set_preference(&key, &text)?)).await
    }

    fn mapping_key(&self, purpose: SheetUse) -> String {
        let purpose = match purpose {
            SheetUse::Issue => "issue",
            SheetUse::Import => "import",
        };
        format!("columns.{purpose}.{}", self.session.staff)
    }
}

pub(super) const fn deed(purpose: SheetUse) -> Deed {
    match purpose {
        SheetUse::Issue => Deed::IssueMany,
        SheetUse::Import => Deed::Import,
    }
}

/// The file, and no more of it than a table may have: its size may be a lie, and it may be a device that never ends.
fn bytes_of(path: &Path) -> AppResult<Vec<u8>> {
    let disk = |error: std::io::Error| AppError::disk(&error);
    let file = File::open(path).map_err(disk)?;
    if file.metadata().map_err(disk)?.is_dir() {
        return Err(AppError::new(ErrorCode::NotASheet, "a folder"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(disk)?;
    Ok(bytes)
}

impl Sheet {
    fn view(&self, kept: &columns::Kept) -> SheetView {
        let headings = &self.table.headings;
        let samples = |column: usize| {
            let cells = self.table.rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !cell.trim().is_empty());
            cells.take(SAMPLES).map(|cell| cell.trim().chars().take(SAMPLE_CHARACTERS).collect()).collect()
        };
        let column = |(place, heading): (usize, &String)| SheetColumn { heading: heading.clone(), samples: samples(place) };
        let mapping = columns::guessed(headings, self.purpose, kept);
        SheetView {
            name: self.name.clone(),
            rows: self.table.rows.len() as u64,
            form: match self.table.form {
                Form::Csv { encoding: Encoding::Utf8, .. } => SheetForm::Utf8,
                Form::Csv { encoding: Encoding::Utf16, .. } => SheetForm::Utf16,
                Form::Csv { encoding: Encoding::Windows1252, .. } => SheetForm::Windows1252,
                Form::Xlsx => SheetForm::Xlsx,
            },
            columns: headings.iter().enumerate().map(column).collect(),
            fields: columns::fields(self.purpose).to_vec(),
            minor_units: columns::says_minor_units(headings, &mapping),
            mapping,
        }
    }
}
