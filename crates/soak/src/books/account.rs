//! The comparison.

use std::collections::{HashMap, HashSet};

use beadsbox_domain::{DeviceId, OpId, Operation, RedemptionOutcome, VoucherId};
use beadsbox_protocol::OperationBody;

use super::{
    chain,
    server::{DeviceRow, OperationRow, RedemptionRow, ServerBooks},
    told::{Redeemed, ToldByTill},
};
use crate::{run::Entry, told::Word};

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Account {
    /// Sales and redemptions that a person was told of.
    pub confirmed: usize,
    /// Of those, on the server, exactly once, as they were told.
    pub accounted: usize,
    /// Of those, not there, or there as something else.
    pub lost: Vec<String>,
    /// What counts more often than it happened: sales, or goods that nobody was told of.
    pub doubled: Vec<String>,
    /// What else is not as it must be: chains, outboxes, what tills show.
    pub faults: Vec<String>,
    /// Refusals that were told.
    pub refused: usize,
    /// Scans without an answer, because the till died.
    pub unanswered: usize,
    /// Redemptions that the server knows of, by what became of them: accepted, in conflict, rejected, withdrawn.
    pub redemptions: [usize; 4],
}

impl Account {
    /// Whether everything is as it was told.
    pub const fn is_good(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.faults.is_empty() && self.accounted == self.confirmed
    }

    /// Redemptions that collided.
    pub const fn conflicts(&self) -> usize {
        self.redemptions[1]
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [accepted, conflicts, rejected, withdrawn] = self.redemptions;
        writeln!(f, "confirmed   {}", self.confirmed)?;
        writeln!(f, "accounted   {}", self.accounted)?;
        writeln!(f, "lost        {}", self.lost.len())?;
        writeln!(f, "doubled     {}", self.doubled.len())?;
        writeln!(f, "conflicts   {conflicts}")?;
        writeln!(f, "refused     {}, and {} scans without an answer", self.refused, self.unanswered)?;
        writeln!(f, "redemptions {accepted} accepted, {conflicts} in conflict, {rejected} rejected, {withdrawn} withdrawn")?;
        for (name, list) in [("lost", &self.lost), ("doubled", &self.doubled), ("fault", &self.faults)] {
            for what in list {
                writeln!(f, "{name:<11} {what}")?;
            }
        }
        Ok(())
    }
}

/// Compares what the tills of those names told with what the server holds.
pub fn account(journal: &[Entry], names: &[String], books: &ServerBooks) -> Account {
    let index = Index::of(books);
    let mut account = Account { redemptions: index.outcomes(), ..Account::default() };
    for (till, name) in names.iter().enumerate() {
        let told = ToldByTill::of(till, journal);
        let mut devices = books.devices_named(name);
        let device = devices.next();
        if devices.next().is_some() {
            account.faults.push(format!("{name} is known as several devices"));
        }
        account.refused += told.refused;
        account.unanswered += told.unanswered.values().sum::<usize>();
        account.sales(name, &told, &index, device);
        account.redemptions(name, &told, &index, device);
        account.goods(name, &told, &index, device);
        account.till(name, &told, &index, device);
    }
    account.standing(&index);
    account
}

/// The server's books, as the questions need them.
struct Index<'a> {
    books: &'a ServerBooks,
    operations: HashMap<DeviceId, Vec<&'a OperationRow>>,
    /// Sales that were booked, with the device.
    sales: HashMap<VoucherId, Vec<DeviceId>>,
    /// Attempts to redeem, in the operations themselves.
    attempts: usize,
    of_voucher: HashMap<(DeviceId, VoucherId), Vec<&'a RedemptionRow>>,
}

impl<'a> Index<'a> {
    fn of(books: &'a ServerBooks) -> Self {
        let mut index = Self { books, operations: HashMap::new(), sales: HashMap::new(), attempts: 0, of_voucher: HashMap::new() };
        for operation in &books.operations {
            index.operations.entry(operation.device).or_default().push(operation);
            match OperationBody::decode(&operation.body).map(|body| body.operation) {
                Ok(Operation::Sell { voucher, .. }) if operation.outcome == "applied" => index.sales.entry(voucher).or_default().push(operation.device),
                Ok(Operation::Redeem { .. }) => index.attempts += 1,
                _ => {}
            }
        }
        for made in books.redemptions.values() {
            index.of_voucher.entry((made.device, made.voucher)).or_default().push(made);
        }
        index
    }

    fn outcomes(&self) -> [usize; 4] {
        use RedemptionOutcome::{Accepted, Conflict, Rejected, Withdrawn};
        [Accepted, Conflict, Rejected, Withdrawn].map(|outcome| self.books.redemptions.values().filter(|made| made.outcome == outcome).count())
    }

    /// What became of that redemption, in that till's name. One without a name is any of the voucher's that took goods.
    fn find(&self, device: DeviceId, told: &Redeemed) -> Option<&'a RedemptionRow> {
        let of_voucher = self.of_voucher.get(&(device, told.voucher))?;
        of_voucher.iter().copied().find(|made| told.op.map_or_else(|| took_goods(made), |op| made.op == op))
    }
}

const fn took_goods(made: &RedemptionRow) -> bool {
    matches!(made.outcome, RedemptionOutcome::Accepted | RedemptionOutcome::Conflict)
}

impl Account {
    fn sales(&mut self, name: &str, told: &ToldByTill, index: &Index<'_>, device: Option<&DeviceRow>) {
        self.confirmed += told.sales.len();
        for (voucher, code) in &told.sales {
            let booked = index.sales.get(voucher).map_or(&[][..], Vec::as_slice);
            let row = index.books.vouchers.get(voucher);
            if booked.len() > 1 {
                self.doubled.push(format!("{name}: the sale of {code} is booked {} times", booked.len()));
            } else if booked.first().copied() != device.map(|device| device.id) || row.is_none_or(|row| row.code != *code) {
                self.lost.push(format!("{name}: the sale of {code}, voucher {voucher}"));
            } else {
                self.accounted += 1;
            }
        }
    }

    fn redemptions(&mut self, name: &str, told: &ToldByTill, index: &Index<'_>, device: Option<&DeviceRow>) {
        self.confirmed += told.redeemed.len();
        for redeemed in &told.redeemed {
            let found = device.and_then(|device| index.find(device.id, redeemed));
            let as_told = found.is_some_and(|made| match (made.outcome, redeemed.word) {
                (RedemptionOutcome::Accepted, _) => true,
                (RedemptionOutcome::Conflict, Word::Honoured) => index.books.collided.contains(&made.op),
                _ => false,
            });
            if as_told {
                self.accounted += 1;
            } else {
                let outcome = found.map_or("not there", |made| made.outcome.name());
                self.lost
                    .push(format!("{name}: {:?} redemption {:?} of voucher {}: {outcome}", redeemed.word, redeemed.op, redeemed.voucher));
            }
        }
    }

    /// Goods that are booked must have been told, or belong to a scan whose answer died with the till.
    fn goods(&mut self, name: &str, told: &ToldByTill, index: &Index<'_>, device: Option<&DeviceRow>) {
        let Some(device) = device else { return };
        let named: HashSet<OpId> = told.redeemed.iter().filter_map(|redeemed| redeemed.op).collect();
        let mut nobody_named: HashMap<VoucherId, usize> = told.unanswered.clone();
        for redeemed in told.redeemed.iter().filter(|redeemed| redeemed.op.is_none()) {
            *nobody_named.entry(redeemed.voucher).or_default() += 1;
        }
        for ((_, voucher), made) in index.of_voucher.iter().filter(|((of, _), _)| *of == device.id) {
            let untold = made.iter().filter(|made| took_goods(made) && !named.contains(&made.op)).count();
            let possible = nobody_named.get(voucher).copied().unwrap_or(0);
            if untold > possible {
                self.doubled.push(format!(
                    "{name}: goods for voucher {voucher} are booked {untold} times without anybody having been told, {possible} could be"
                ));
            }
        }
    }

    /// Rules 4, 5 and 9 for this till.
    fn till(&mut self, name: &str, told: &ToldByTill, index: &Index<'_>, device: Option<&DeviceRow>) {
        self.faults.extend(told.blocked.iter().map(|problem| format!("{name} could not start: {problem}")));
        self.faults.extend(told.failed.iter().map(|error| format!("{name} showed an error: {error}")));
        let Some(device) = device else {
            self.faults.push(format!("{name} is not known to the server"));
            return;
        };
        let operations = index.operations.get(&device.id).map_or(&[][..], Vec::as_slice);
        self.faults.extend(chain::fault(device, operations).map(|fault| format!("{name}: {fault}")));
        let count = operations.len() as u64;
        match told.outbox {
            Some(outbox) if outbox == (count, count, 0) => {}
            Some(outbox) => self.faults.push(format!("{name}: recorded, acknowledged and waiting are {outbox:?}, the server holds {count}")),
            None => self.faults.push(format!("{name} did not show its outbox")),
        }
        self.rows(name, told, index);
    }

    /// Rule 5: the till shows what the server holds.
    fn rows(&mut self, name: &str, told: &ToldByTill, index: &Index<'_>) {
        self.faults.extend(told.shown_twice.iter().map(|voucher| format!("{name} shows voucher {voucher} twice")));
        for (voucher, row) in &index.books.vouchers {
            match told.shown.get(voucher) {
                Some(shown) if shown.code == row.code && shown.status == row.status && !shown.waiting => {}
                shown => self.faults.push(format!("{name} shows {shown:?} where the server holds {row:?}")),
            }
        }
        let unknown = told.shown.keys().filter(|voucher| !index.books.vouchers.contains_key(voucher));
        self.faults.extend(unknown.map(|voucher| format!("{name} shows voucher {voucher}, which the server does not hold")));
    }

    /// Rule 2, over all tills.
    fn standing(&mut self, index: &Index<'_>) {
        let mut accepted: HashMap<VoucherId, usize> = HashMap::new();
        for made in index.books.redemptions.values().filter(|made| made.outcome == RedemptionOutcome::Accepted) {
            *accepted.entry(made.voucher).or_default() += 1;
        }
        let twice = accepted.iter().filter(|(_, count)| **count > 1);
        self.doubled.extend(twice.map(|(voucher, count)| format!("voucher {voucher} has {count} accepted redemptions")));
        if index.attempts != index.books.redemptions.len() {
            self.faults
                .push(format!("{} attempts to redeem, and what became of {} of them", index.attempts, index.books.redemptions.len()));
        }
    }
}
