//! The import itself.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use beadsbox_domain::{Deed, Imported, Operation, Outcome, Payment, ShopId, Timestamp};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, View};

use super::{Import, check::Looked, line::Line, templates::Chosen};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, names, work::Work},
    view::{ImportDone, ImportForm, LineRefusal, WorkKind},
};

/// Recorded in one commit: few waits for the disk, and nobody else waits long.
const PART: usize = 1_000;
/// So many refused lines are told one by one.
const MOST_REFUSALS: usize = 100;

/// What became of the lines so far.
#[derive(Default)]
struct Counted {
    imported: u64,
    already: u64,
    refused: u64,
    /// The first of the refused ones.
    refusals: Vec<LineRefusal>,
}

impl Counted {
    fn refuse(&mut self, refusals: impl IntoIterator<Item = LineRefusal>) {
        let free = MOST_REFUSALS.saturating_sub(self.refusals.len());
        self.refusals.extend(refusals.into_iter().take(free));
    }

    fn add(&mut self, part: Self) {
        self.imported += part.imported;
        self.already += part.already;
        self.refused += part.refused;
        self.refuse(part.refusals);
    }
}

impl Seat {
    /// Takes over every good line that is not here yet. Stopped, or cut off by anything, it leaves whole parts behind; the same again does
    /// the rest.
    pub async fn run_import(&self, form: ImportForm) -> AppResult<ImportDone> {
        self.require(Deed::Import)?;
        // Before anything is waited for: whoever is replaced meanwhile has it stopped.
        let at_work = self.device.desk.work.begin(WorkKind::Import, self.session.staff)?;
        let (import, work) = (self.import(&form).await?, Arc::clone(&at_work.work));
        let (looking, looked_by) = (import.clone(), Arc::clone(&work));
        let Looked { lines, good, templates } = self.read(move |view| looking.look(view, &looked_by)).await?;
        if good.is_empty() {
            return Err(AppError::new(ErrorCode::NoGoodLine, "nothing to take over"));
        }
        let chosen = Arc::new(Chosen::of(&good, &templates, &import.rules)?);
        let already = lines.iter().filter(|line| line.state == crate::view::LineState::Already).count() as u64;
        let mut counted = Counted { already, ..Counted::default() };
        let all = good.len() as u64 + already;
        work.expect(good.len() as u64);
        let ended = self.take_over(&import, good, chosen, &work, &mut counted).await;
        let Counted { imported, already, refused, refusals } = counted;
        let error = ended.err().filter(|error| error.code != ErrorCode::Stopped);
        let done = ImportDone { imported, already, refused, refusals, left: all.saturating_sub(imported + already + refused), error };
        self.device.desk.keep_done(self.session.staff, done.clone());
        Ok(done)
    }

    /// What came of this person's last import, until they let it go: the page that began it may not have seen its end.
    pub fn last_import(&self) -> AppResult<Option<ImportDone>> {
        self.require(Deed::Import)?;
        Ok(self.device.desk.done(self.session.staff))
    }

    async fn take_over(&self, import: &Import, good: Vec<Line>, chosen: Arc<Chosen>, work: &Work, counted: &mut Counted) -> AppResult<()> {
        chosen.make(self).await?;
        for part in good.chunks(PART) {
            if work.is_stopped() {
                break;
            }
            let lines = part.to_vec();
            let (seat, import, chosen) = (self.clone(), import.clone(), Arc::clone(&chosen));
            let told: Arc<Mutex<Counted>> = Arc::default();
            let tell = Arc::clone(&told);
            let make = move |view: &View<'_>, shop| {
                let (sales, part) = seat.sales(view, shop, &lines, (&import, &chosen))?;
                *tell.lock().unwrap_or_else(PoisonError::into_inner) = part;
                Ok::<_, AppError>(sales)
            };
            self.device.record_with(make).await?;
            // Only now they are on the disk.
            counted.add(mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner)));
            // A stop is seen above, before the next part.
            let _ = work.did(part.len());
        }
        Ok(())
    }

    /// The sales of a part, while nothing else can be recorded: what is here by now is not taken over again.
    fn sales(&self, view: &View<'_>, shop: ShopId, lines: &[Line], (import, chosen): (&Import, &Chosen)) -> AppResult<(Vec<NewOperation>, Counted)> {
        let (mut sales, mut made, mut told) = (Vec::with_capacity(lines.len()), HashSet::new(), Counted::default());
        for line in lines {
            // What this part makes is not in the view yet.
            if !made.insert(line.voucher) || view.voucher(line.voucher)?.is_some() {
                told.already += 1;
                continue;
            }
            let sale = NewOperation { shop, ..self.imported(import, line, chosen)? };
            if let Outcome::Rejected { refusal } = view.foretell(&sale)?.outcome {
                told.refused += 1;
                told.refuse([LineRefusal { line: line.place, refusal: names::refusal(view.directory(), &refusal) }]);
            } else {
                told.imported += 1;
                sales.push(sale);
            }
        }
        Ok((sales, told))
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
