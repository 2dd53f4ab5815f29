//! Looking at every line of an import. Nothing is done.

use std::{collections::HashMap, sync::Arc};

use beadsbox_domain::{Deed, ExternalCode, Money, Status, Voucher};
use beadsbox_store::View;

use super::{
    Import,
    line::Line,
    templates::{Chosen, Templates},
};
use crate::{
    error::{AppResult, FieldErrorCode},
    usecase::{
        Seat,
        selection::add,
        sheet::{Checked, CheckedLine},
        work::Work,
    },
    view::{ImportCheck, ImportForm, ImportSum, LineFault, LineState, SheetField, SheetUse, WorkKind},
};

/// So many lines are looked at before somebody may stop it.
const PART: usize = 1_000;

/// What became of the lines, and those that can be taken over.
pub(super) struct Looked {
    pub(super) lines: Vec<CheckedLine>,
    pub(super) good: Vec<Line>,
    pub(super) templates: Templates,
}

impl Seat {
    /// What the import would do.
    pub async fn check_import(&self, form: ImportForm) -> AppResult<ImportCheck> {
        self.require(Deed::Import)?;
        let at_work = self.device.desk.work.begin(WorkKind::Look, self.session.staff)?;
        let import = self.import(&form).await?;
        let (work, looking) = (Arc::clone(&at_work.work), import.clone());
        let Looked { lines, good, templates } = self.read(move |view| looking.look(view, &work)).await?;
        let chosen = Chosen::of(&good, &templates, &import.rules)?;
        self.keep_mapping(SheetUse::Import, &import.sheet, &import.rules.columns).await?;
        let rules = import.rules.clone();
        let show = Box::new(move |row: &_, field| rules.show(row, field));
        let checked = Checked { sheet: import.sheet, columns: import.rules.columns, lines, show };
        let check = ImportCheck {
            lines: checked.lines.len() as u64,
            good: good.len() as u64,
            already: checked.count(LineState::Already),
            refused: checked.count(LineState::Refused),
            sums: sums(&good),
            templates: chosen.shown(import.rules.vat),
            template_count: chosen.count(),
            faults: checked.faults(),
        };
        self.device.desk.keep_checked(&at_work, checked)?;
        Ok(check)
    }
}

impl Import {
    /// Every line by itself, then against those before it, then against what is here.
    pub(super) fn look(&self, view: &View<'_>, work: &Work) -> AppResult<Looked> {
        let rows = &self.sheet.table.rows;
        work.expect(rows.len() as u64);
        let templates = Templates::read(view, self.rules.vat)?;
        let (mut lines, mut good) = (Vec::with_capacity(rows.len()), Vec::new());
        // By code, whatever its case, the first row that has it.
        let mut codes: HashMap<ExternalCode, usize> = HashMap::new();
        for part in rows.chunks(PART) {
            for row in part {
                let place = lines.len();
                let checked = match self.rules.line(row, &templates) {
                    Err(faults) => CheckedLine::of(faults),
                    Ok(line) => {
                        let first = *codes.entry(line.code.folded()).or_insert(place);
                        let checked = if first == place {
                            against(view, &line)?
                        } else {
                            refused(FieldErrorCode::Twice, rows.get(first).and_then(|row| u32::try_from(row.line).ok()))
                        };
                        if checked.state == LineState::Good {
                            good.push(line);
                        }
                        checked
                    }
                };
                lines.push(checked);
            }
            work.did(part.len())?;
        }
        Ok(Looked { lines, good, templates })
    }
}

/// What is here already, or has its code.
fn against(view: &View<'_>, line: &Line) -> AppResult<CheckedLine> {
    if let Some(found) = view.voucher(line.voucher)? {
        let faults = otherwise(&found.voucher, line);
        let state = if faults.is_empty() { LineState::Already } else { LineState::Refused };
        return Ok(CheckedLine { state, faults });
    }
    let taken = view.voucher_on_paper(&line.code)?.is_some();
    Ok(if taken { refused(FieldErrorCode::CodeTaken, None) } else { CheckedLine::of(Vec::new()) })
}

/// What a line says of a voucher that is here, and neither what it said when that was taken over nor what became of it here: a later table
/// of the same system may know that it was used there meanwhile, and somebody has to see to that.
fn otherwise(voucher: &Voucher, line: &Line) -> Vec<LineFault> {
    let was = voucher.marks.origin.as_ref().map(|origin| origin.status);
    let other = [
        (SheetField::Status, Some(line.status) != was && line.status != voucher.status),
        (SheetField::Price, line.price != voucher.snapshot.price),
        (SheetField::ExpiresOn, line.end.map(|(day, _)| day) != voucher.expires_on),
    ];
    let fault = |field| LineFault { field: Some(field), code: FieldErrorCode::HereOtherwise, limit: None };
    other.into_iter().filter(|(_, is_other)| *is_other).map(|(field, _)| fault(field)).collect()
}

fn refused(code: FieldErrorCode, limit: Option<u32>) -> CheckedLine {
    CheckedLine::of(vec![LineFault { field: Some(SheetField::Code), code, limit }])
}

fn sums(good: &[Line]) -> Vec<ImportSum> {
    let sum = |status: Status| {
        let (mut vouchers, mut values) = (0, Vec::<Money>::new());
        for line in good.iter().filter(|line| line.status == status) {
            vouchers += 1;
            add(&mut values, line.price);
        }
        ImportSum { status, vouchers, values: values.into_iter().map(Into::into).collect() }
    };
    Status::ALL.into_iter().map(sum).filter(|sum| sum.vouchers > 0).collect()
}
