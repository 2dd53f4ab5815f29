use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{Account, Cause, Entry, EntryKind, Stake, Standing};
use crate::{
    conflict::{ConflictState, Settlement},
    ids::{ConflictId, DeviceId, ShopId, StaffId},
    money::Money,
    status::Status,
    voucher::{Payment, Stamp},
};

/// The lines that an operation makes, by how the voucher stood before it and stands after it. None while nobody knows what the voucher
/// is worth: what happened until its sale arrives is booked with the sale.
pub fn entries(before: &Standing, after: &Standing, cause: &Cause) -> Vec<Entry> {
    let Some(account) = &after.account else { return Vec::new() };
    let mut page = Page { account, before: before.account.as_ref(), cause, entries: Vec::new() };
    for step in steps(before.account.as_ref(), account) {
        page.book(step);
    }
    page.book_difference();
    page.book_chargeback();
    let valued_before = before.account.is_some();
    let conflicts: BTreeSet<ConflictId> = before.stakes.keys().chain(after.stakes.keys()).copied().collect();
    for conflict in conflicts {
        let (was, is) = (before.stakes.get(&conflict).filter(|_| valued_before), after.stakes.get(&conflict));
        page.book_stake(was, is);
    }
    page.entries
}

/// A line, and whether it is made or taken back.
type Step = (EntryKind, Sign);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Made,
    TakenBack,
}

use Sign::{Made, TakenBack};

/// The way from one standing to the other. What the status table and the corrections know is one line; only what a restore folds anew
/// goes by way of the voucher that is sold and owed.
fn steps(from: Option<&Account>, to: &Account) -> Vec<Step> {
    use EntryKind::{Expired, ExpiredHonoured, Extended, Redeemed, Refunded, ReplacedIn, Sold, TakenOver, Undone};
    let Some(from) = from else {
        let first = match to.taken_over {
            // Over before it came here: nothing is owed, and nothing was.
            Some(Status::Used | Status::Refunded | Status::Expired) if to.taken_over == Some(to.status) => return Vec::new(),
            Some(_) => TakenOver,
            None if to.stands_for_another => ReplacedIn,
            None => Sold,
        };
        return [(first, Made)].into_iter().chain(forth(to.status)).collect();
    };
    match (from.status, to.status) {
        // Another redemption is the accepted one now.
        (Status::Used, Status::Used) if from.since.op != to.since.op => vec![(Undone, Made), (Redeemed, Made)],
        // What is owed is owed until another day: taken off the one and put on the other.
        (Status::Purchased, Status::Purchased) if from.expires_on != to.expires_on => vec![(Extended, TakenBack), (Extended, Made)],
        (from, to) if from == to => Vec::new(),
        (Status::Cancelled, Status::Refunded) => vec![(Refunded, Made)],
        (Status::Refunded, Status::Cancelled) => vec![(Refunded, TakenBack)],
        (Status::Expired, Status::Used) => vec![(ExpiredHonoured, Made)],
        (Status::Purchased, Status::Expired) => vec![(Expired, Made)],
        (from, to) => back(from).into_iter().chain(forth(to)).collect(),
    }
}

/// From sold and owed to that status.
fn forth(to: Status) -> Vec<Step> {
    match to {
        Status::Purchased => Vec::new(),
        Status::Used => vec![(EntryKind::Redeemed, Made)],
        Status::Cancelled => vec![(EntryKind::Cancelled, Made)],
        Status::Refunded => vec![(EntryKind::Cancelled, Made), (EntryKind::Refunded, Made)],
        Status::Expired => vec![(EntryKind::Expired, Made)],
        Status::Replaced => vec![(EntryKind::ReplacedOut, Made)],
    }
}

/// From that status back to sold and owed.
fn back(from: Status) -> Vec<Step> {
    match from {
        Status::Purchased => Vec::new(),
        Status::Used => vec![(EntryKind::Undone, Made)],
        Status::Cancelled => vec![(EntryKind::Cancelled, TakenBack)],
        Status::Refunded => vec![(EntryKind::Refunded, TakenBack), (EntryKind::Cancelled, TakenBack)],
        Status::Expired => vec![(EntryKind::Extended, Made)],
        Status::Replaced => vec![(EntryKind::ReplacedOut, TakenBack)],
    }
}

struct Page<'a> {
    account: &'a Account,
    before: Option<&'a Account>,
    cause: &'a Cause,
    entries: Vec<Entry>,
}

/// Who, where, when a line was done.
#[derive(Clone, Copy)]
struct Done {
    shop: ShopId,
    place: ShopId,
    staff: StaffId,
    device: DeviceId,
    at: Timestamp,
}

impl Page<'_> {
    fn book(&mut self, (kind, sign): Step) {
        let (account, cause) = (self.account, self.cause);
        let done = match (kind, sign) {
            (EntryKind::Sold | EntryKind::ReplacedIn | EntryKind::TakenOver, _) => self.done_by(&account.sold),
            (EntryKind::Redeemed | EntryKind::ExpiredHonoured, _) => self.done_by(&account.since),
            (EntryKind::Undone, _) => {
                let shop = self.before.map_or(cause.stamp.shop, |before| before.since.shop);
                Done { shop: self.place(shop), ..self.done_by(&cause.stamp) }
            }
            _ => self.done_by(&cause.stamp),
        };
        let payment = match kind {
            EntryKind::Sold => Some(account.payment),
            // What a bank takes back goes the way that it came.
            EntryKind::Refunded => cause.payment.or(account.charged_back.then_some(account.payment)),
            _ => None,
        };
        // The former last day is the one under which it was owed until now.
        let expires_on = match (sign, self.before) {
            (TakenBack, Some(before)) => before.expires_on,
            _ => account.expires_on,
        };
        self.push((kind, sign), done, payment, None, expires_on);
    }

    /// What was paid, or returned, of a voucher that stands for another one.
    fn book_difference(&mut self) {
        let account = self.account;
        let difference = account.value.minor - self.cause.credit;
        if self.before.is_none() && account.stands_for_another && difference != 0 {
            let done = self.done_by(&account.sold);
            self.push_amount((EntryKind::DifferencePaid, difference), done, Some(account.payment), None, account.expires_on);
        }
    }

    /// Of what had gone over the counter, or was no more owed: the loss. What was still owed is refunded instead.
    fn book_chargeback(&mut self) {
        let account = self.account;
        let lost = |account: &Account| account.charged_back && matches!(account.status, Status::Used | Status::Expired);
        let sign = match (self.before.is_some_and(lost), lost(account)) {
            (false, true) => Made,
            (true, false) => TakenBack,
            _ => return,
        };
        let done = self.done_by(&self.cause.stamp);
        self.push((EntryKind::ChargedBack, sign), done, Some(account.payment), None, account.expires_on);
    }

    fn book_stake(&mut self, was: Option<&Stake>, is: Option<&Stake>) {
        let steps: Vec<(Step, &Stake)> = stake_steps(was, is);
        for (step, stake) in steps {
            let settlement: Option<Settlement> = stake.settlement.filter(|_| step.0 == EntryKind::Settled);
            let done = Done { shop: self.place(stake.shop), ..self.done_by(&self.cause.stamp) };
            self.push(step, done, None, settlement, self.account.expires_on);
        }
    }

    /// What another operation did counts from when it is known and allowed, and not before that was done which made it so: a redemption
    /// that takes the place of one that was undone did not lessen what was owed while that one stood.
    fn done_by(&self, stamp: &Stamp) -> Done {
        let cause = self.cause;
        let is_its_own = stamp.op == cause.stamp.op || cause.honours == Some(stamp.op);
        let at = if is_its_own { cause.at } else { stamp.at.min(cause.received_at).max(cause.at) };
        let shop = self.place(stamp.shop);
        Done { shop, place: shop, staff: stamp.staff, device: stamp.device, at }
    }

    /// The server stands in no shop: what it does is the business of the shop that sold.
    fn place(&self, shop: ShopId) -> ShopId {
        if shop.0.is_nil() { self.account.sold.shop } else { shop }
    }

    fn push(&mut self, (kind, sign): Step, done: Done, payment: Option<Payment>, settlement: Option<Settlement>, expires_on: Option<Date>) {
        let whole = self.account.value.minor;
        self.push_amount((kind, if sign == Made { whole } else { -whole }), done, payment, settlement, expires_on);
    }

    fn push_amount(&mut self, (kind, minor): (EntryKind, i64), done: Done, payment: Option<Payment>, settlement: Option<Settlement>, expires_on: Option<Date>) {
        let account = self.account;
        let Done { shop, place: done_in, staff, device, at } = done;
        self.entries.push(Entry {
            kind,
            voucher: account.voucher,
            template: account.template,
            amount: Money::new(minor, account.value.currency),
            vat: account.vat,
            payment,
            settlement,
            shop,
            done_in,
            sold_in: account.sold.shop,
            sold_at: account.sold.at,
            expires_on,
            staff,
            device,
            at,
            received_at: self.cause.received_at,
        });
    }
}

/// What a conflict has at stake, from one state to the other. One that resolved itself has nothing.
fn stake_steps<'a>(was: Option<&'a Stake>, is: Option<&'a Stake>) -> Vec<(Step, &'a Stake)> {
    let counts = |stake: &&Stake| stake.state != ConflictState::Resolved;
    let settled = |stake: Option<&Stake>| stake.is_some_and(|stake| stake.state == ConflictState::Settled);
    let (was, is) = (was.filter(counts), is.filter(counts));
    if was.map(|stake| (stake.state, stake.settlement)) == is.map(|stake| (stake.state, stake.settlement)) {
        return Vec::new();
    }
    let mut steps = Vec::new();
    if let Some(was) = was.filter(|_| settled(was)) {
        steps.push(((EntryKind::Settled, TakenBack), was));
    }
    match (was, is) {
        (None, Some(is)) => steps.push(((EntryKind::AtStake, Made), is)),
        (Some(was), None) => steps.push(((EntryKind::AtStake, TakenBack), was)),
        _ => {}
    }
    if let Some(is) = is.filter(|_| settled(is)) {
        steps.push(((EntryKind::Settled, Made), is));
    }
    steps
}
