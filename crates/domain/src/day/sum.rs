//! The sums of a till's day, from the till's own operations alone.
//!
//! What was done at the till counts, whatever the server makes of it later: money and goods have changed hands, and the drawer
//! holds what it holds. Only an asked redemption hangs on the server's answer, as the goods did. So a close made without network
//! says the same as one made with it, and the server comes to the same sums from the operations that it was sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{CashMovement, Drawer, PersonSums, Sums, Tally, drawer::Moved};
use crate::{
    ids::{OpId, StaffId},
    money::{Currency, Money, MoneyError},
    operation::{Operation, RedeemMode},
    outcome::Outcome,
    voucher::Payment,
};

/// What the server said of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    None,
    /// It holds, or collided: the goods went.
    Taken,
    /// It does not hold.
    Refused,
}

impl Answer {
    /// What that outcome says.
    pub const fn of(outcome: Option<&Outcome>) -> Self {
        match outcome {
            None => Self::None,
            Some(Outcome::Rejected { .. }) => Self::Refused,
            Some(_) => Self::Taken,
        }
    }
}

/// An operation as a close sees it.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    /// Its id.
    pub op: OpId,
    /// Who did it.
    pub staff: StaffId,
    /// What was done.
    pub operation: &'a Operation,
    /// What the server said.
    pub answer: Answer,
    /// The price of the voucher that it is about, where that is known.
    pub value: Option<Money>,
}

/// The sums of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summed {
    /// By currency, in the order of their codes.
    pub totals: Vec<Sums>,
    /// By staff member, in the order of their ids.
    pub people: Vec<PersonSums>,
    /// Cash besides sales and refunds, by currency.
    moved: Vec<Moved>,
    /// Operations on vouchers whose value is not known.
    pub unvalued: u64,
}

impl Summed {
    /// The currencies in which cash came or went.
    pub fn cash_currencies(&self) -> Vec<Currency> {
        let paid = self.totals.iter().filter(|sums| !sums.sold.cash.is_nothing() || !sums.refunded.cash.is_nothing());
        by_code(paid.map(|sums| sums.currency).chain(self.moved.iter().map(|moved| moved.currency)))
    }

    /// The drawers, with what was counted in each. What nobody counted is nothing.
    pub fn drawers(&self, counted: &[Money]) -> Result<Vec<Drawer>, MoneyError> {
        let currencies = by_code(self.cash_currencies().into_iter().chain(counted.iter().map(|money| money.currency)));
        let drawer = |currency| {
            let moved = self.moved.iter().copied().find(|moved| moved.currency == currency).unwrap_or(Moved::nothing(currency));
            let sums = self.totals.iter().find(|sums| sums.currency == currency);
            let counted = counted.iter().filter(|money| money.currency == currency);
            let counted = counted.copied().try_fold(Money::new(0, currency), Money::checked_add)?;
            Drawer::new(moved, sums, counted.minor)
        };
        currencies.into_iter().map(drawer).collect()
    }
}

/// Each once, in the order of their codes.
fn by_code(currencies: impl Iterator<Item = Currency>) -> Vec<Currency> {
    currencies.map(|currency| (currency.code(), currency)).collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Sums up the operations that a close covers, in any order.
pub fn sum_up(done: &[Done<'_>]) -> Result<Summed, MoneyError> {
    let followed = Followed::by(done);
    let mut books = Books::default();
    for done in done {
        books.enter(done, &followed)?;
    }
    Ok(books.finish())
}

/// What became of asks, by what followed them.
#[derive(Default)]
struct Followed {
    asked: HashSet<OpId>,
    /// Whether somebody let it pass by PIN.
    honoured: HashMap<OpId, bool>,
    withdrawn: HashSet<OpId>,
}

impl Followed {
    fn by(done: &[Done<'_>]) -> Self {
        let mut followed = Self::default();
        for done in done {
            match done.operation {
                Operation::Redeem { mode: RedeemMode::Asked, .. } => _ = followed.asked.insert(done.op),
                Operation::Honour { redemption, approved_by, .. } => *followed.honoured.entry(*redemption).or_default() |= approved_by.is_some(),
                Operation::Withdraw { redemption, .. } => _ = followed.withdrawn.insert(*redemption),
                _ => {}
            }
        }
        followed
    }
}

type ByCurrency = BTreeMap<&'static str, Sums>;

#[derive(Default)]
struct Books {
    totals: ByCurrency,
    people: BTreeMap<StaffId, ByCurrency>,
    moved: BTreeMap<&'static str, Moved>,
    unvalued: u64,
}

impl Books {
    fn enter(&mut self, done: &Done<'_>, followed: &Followed) -> Result<(), MoneyError> {
        match done.operation {
            // Another system took its money.
            Operation::Sell { imported: Some(_), .. } => Ok(()),
            Operation::Sell { snapshot, payment, replaces: Some(replaced), .. } => self.exchanged(done, (snapshot.price, replaced.value), *payment),
            Operation::Sell { snapshot, payment, replaces: None, .. } => self.add(done.staff, snapshot.price, |sums| vec![sums.sold.of(*payment)]),
            Operation::Redeem { mode: RedeemMode::Honoured, approved_by, .. } => self.redeemed_offline(done, approved_by.is_some()),
            Operation::Redeem { mode: RedeemMode::Asked, .. } => {
                if let Some(approved) = followed.honoured.get(&done.op) {
                    self.redeemed_offline(done, *approved)
                } else if done.answer == Answer::Taken && !followed.withdrawn.contains(&done.op) {
                    self.add_valued(done, |sums| vec![&mut sums.redeemed])
                } else {
                    Ok(())
                }
            }
            // Its ask was made before the close before this one.
            Operation::Honour { redemption, approved_by, .. } if !followed.asked.contains(redemption) => self.redeemed_offline(done, approved_by.is_some()),
            Operation::HonourExpired { .. } => self.add_valued(done, |sums| vec![&mut sums.redeemed, &mut sums.overrides]),
            Operation::UndoRedemption { .. } => self.add_valued(done, |sums| vec![&mut sums.undone]),
            Operation::Refund { payment, .. } => self.add_valued(done, |sums| vec![sums.refunded.of(*payment)]),
            Operation::MoveCash { movement, amount, .. } => self.move_cash(*movement, *amount),
            _ => Ok(()),
        }
    }

    fn redeemed_offline(&mut self, done: &Done<'_>, approved: bool) -> Result<(), MoneyError> {
        self.add_valued(done, |sums| {
            let mut tallies = vec![&mut sums.redeemed, &mut sums.accepted_offline];
            tallies.extend(approved.then_some(&mut sums.overrides));
            tallies
        })
    }

    /// Only the difference in price is paid, or goes back, and only where the server agreed: it was asked first.
    fn exchanged(&mut self, done: &Done<'_>, (price, value): (Money, Money), payment: Payment) -> Result<(), MoneyError> {
        let difference = price.checked_add(Money::new(value.minor.checked_neg().ok_or(MoneyError::OutOfRange)?, value.currency))?;
        match difference.minor.signum() {
            _ if done.answer != Answer::Taken => Ok(()),
            0 => Ok(()),
            1 => self.add(done.staff, difference, |sums| vec![sums.sold.of(payment)]),
            _ => self.add(done.staff, Money::new(-difference.minor, difference.currency), |sums| vec![sums.refunded.of(payment)]),
        }
    }

    fn add_valued(&mut self, done: &Done<'_>, tallies: impl Fn(&mut Sums) -> Vec<&mut Tally>) -> Result<(), MoneyError> {
        if let Some(value) = done.value {
            return self.add(done.staff, value, tallies);
        }
        self.unvalued = self.unvalued.checked_add(1).ok_or(MoneyError::OutOfRange)?;
        Ok(())
    }

    /// Counts one more in those tallies, of all and of that person.
    fn add(&mut self, staff: StaffId, value: Money, tallies: impl Fn(&mut Sums) -> Vec<&mut Tally>) -> Result<(), MoneyError> {
        for books in [&mut self.totals, self.people.entry(staff).or_default()] {
            let sums = books.entry(value.currency.code()).or_insert_with(|| Sums::nothing(value.currency));
            for tally in tallies(sums) {
                *tally = tally.plus(value.minor)?;
            }
        }
        Ok(())
    }

    fn move_cash(&mut self, movement: CashMovement, amount: Money) -> Result<(), MoneyError> {
        let moved = self.moved.entry(amount.currency.code()).or_insert(Moved::nothing(amount.currency));
        let sum = match movement {
            CashMovement::Float => &mut moved.float,
            CashMovement::In => &mut moved.cash_in,
            CashMovement::Out => &mut moved.cash_out,
        };
        *sum = sum.checked_add(amount.minor).ok_or(MoneyError::OutOfRange)?;
        Ok(())
    }

    fn finish(self) -> Summed {
        Summed {
            totals: self.totals.into_values().collect(),
            people: self.people.into_iter().map(|(staff, sums)| PersonSums { staff, sums: sums.into_values().collect() }).collect(),
            moved: self.moved.into_values().collect(),
            unvalued: self.unvalued,
        }
    }
}
