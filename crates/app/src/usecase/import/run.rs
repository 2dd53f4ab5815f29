//! The import itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use beadsbox_domain::{Deed, Imported, Operation, Outcome, Payment, ShopId, Timestamp};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, View};

use super::{Import, check::Looked, line::Line, templates::Chosen};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, sheet::desk::Work},
    view::{ImportDone, ImportForm},
};

/// Recorded in one commit: few waits for the disk, and nobody else waits long.
const PART: usize = 1_000;

/// What became of the lines so far.
#[derive(Default)]
struct Counted {
    imported: AtomicU64,
    already: AtomicU64,
    refused: AtomicU64,
}

impl Seat {
    /// Takes over every good line that is not here yet. Stopped, or cut off by anything, it leaves whole parts behind; the same again does
    /// the rest.
    pub async fn run_import(&self, form: ImportForm) -> AppResult<ImportDone> {
        self.require(Deed::Import)?;
        let import = self.import(&form).await?;
        let at_work = self.device.desk.begin()?;
        let work = Arc::clone(&at_work.work);
        let (looking, looked_by) = (import.clone(), Arc::clone(&work));
        let Looked { lines, good, templates } = self.read(move |view| looking.look(view, &looked_by)).await?;
        if good.is_empty() {
            return Err(AppError::new(ErrorCode::NoGoodLine, "nothing to take over"));
        }
        let chosen = Arc::new(Chosen::of(&good, &templates, &import.rules)?);
        let already = lines.iter().filter(|line| line.state == crate::view::LineState::Already).count() as u64;
        let counted = Arc::new(Counted { already: already.into(), ..Counted::default() });
        let all = good.len() as u64 + already;
        work.expect(good.len());
        let ended = self.take_over(&import, good, chosen, &work, &counted).await;
        drop(at_work);
        let number = |number: &AtomicU64| number.load(Ordering::Acquire);
        let (imported, already, refused) = (number(&counted.imported), number(&counted.already), number(&counted.refused));
        let error = ended.err().filter(|error| error.code != ErrorCode::Stopped);
        Ok(ImportDone { imported, already, refused, left: all.saturating_sub(imported + already + refused), error })
    }

    async fn take_over(&self, import: &Import, good: Vec<Line>, chosen: Arc<Chosen>, work: &Work, counted: &Arc<Counted>) -> AppResult<()> {
        chosen.make(self).await?;
        for part in good.chunks(PART) {
            if work.is_stopped() {
                break;
            }
            let lines = part.to_vec();
            let (seat, import, chosen, told) = (self.clone(), import.clone(), Arc::clone(&chosen), Arc::default());
            let tell: Arc<Counted> = Arc::clone(&told);
            self.device.record_with(move |view, shop| seat.sales(view, shop, &lines, (&import, &chosen), &tell)).await?;
            // Only now they are on the disk.
            for (sum, more) in [(&counted.imported, &told.imported), (&counted.already, &told.already), (&counted.refused, &told.refused)] {
                sum.fetch_add(more.load(Ordering::Acquire), Ordering::AcqRel);
            }
            // A stop is seen above, before the next part.
            let _ = work.did(part.len());
        }
        Ok(())
    }

    /// The sales of a part, while nothing else can be recorded: what is here by now is not taken over again.
    fn sales(&self, view: &View<'_>, shop: ShopId, lines: &[Line], (import, chosen): (&Import, &Chosen), told: &Counted) -> AppResult<Vec<NewOperation>> {
        let mut sales = Vec::with_capacity(lines.len());
        for line in lines {
            if view.voucher(line.voucher)?.is_some() {
                told.already.fetch_add(1, Ordering::AcqRel);
                continue;
            }
            let sale = NewOperation { shop, ..self.imported(import, line, chosen)? };
            if matches!(view.foretell(&sale)?.outcome, Outcome::Rejected { .. }) {
                told.refused.fetch_add(1, Ordering::AcqRel);
            } else {
                told.imported.fetch_add(1, Ordering::AcqRel);
                sales.push(sale);
            }
        }
        Ok(sales)
    }

    fn imported(&self, import: &Import, line: &Line, chosen: &Chosen) -> AppResult<NewOperation> {
        let salted = SaltedPerson::new(&line.person, self.device.host.random_bytes()).map_err(AppError::internal)?;
        let (template, template_version, snapshot) = chosen.of_line(line)?;
        let operation = Operation::Sell {
            voucher: line.voucher,
            code: self.new_code(),
            template,
            template_version,
            snapshot,
            person: salted.hash().map_err(AppError::internal)?,
            payment: Payment::Other,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: Some(Box::new(Imported {
                source: import.rules.source.clone(),
                code: line.code.clone(),
                sold_at: line.sold_at.map(to_millisecond),
                expires_on: line.end.map(|(day, _)| day),
                expires_at: line.end.map(|(_, moment)| moment),
                status: line.status,
                since: line.since.map(to_millisecond),
            })),
            mail: None,
        };
        Ok(NewOperation { person: Some(salted), ..self.operation(operation) })
    }
}

/// As exact as every time of an operation.
fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
