//! The books as accountants import them: double entries.
//!
//! What is owed for vouchers stands in one account at their whole price, so that its balance is the liability of the reports. The VAT of
//! a single-purpose voucher is due at its sale: until the voucher is redeemed or expires it stands against an account in between.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::EntryKind;
use crate::{
    ids::ShopId,
    money::{Currency, MoneyError},
    template::Vat,
    voucher::Payment,
};

/// The numbers of the accounts; by default those of the French chart (PCG).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Notes and coins.
    pub cash: String,
    /// What the card terminal takes.
    pub card: String,
    /// Any other payment.
    pub other_payment: String,
    /// What is owed for vouchers, as service.
    pub vouchers: String,
    /// What is owed for cancelled vouchers, as money.
    pub refunds_owed: String,
    /// VAT that is due.
    pub vat: String,
    /// VAT that is due of vouchers that are not used yet.
    pub vat_in_between: String,
    /// Single-purpose vouchers used: the turnover, without VAT.
    pub turnover: String,
    /// Multi-purpose vouchers used: to be taxed by what was handed over.
    pub to_be_taxed: String,
    /// Vouchers that expired.
    pub breakage: String,
    /// Exchanges of a voucher for another.
    pub exchange: String,
    /// What banks took back of vouchers that were used.
    pub loss: String,
    /// What was owed in another system's books before it was owed in these.
    pub taken_over: String,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            cash: "530000".to_owned(),
            card: "511500".to_owned(),
            other_payment: "511000".to_owned(),
            vouchers: "419100".to_owned(),
            refunds_owed: "419800".to_owned(),
            vat: "445710".to_owned(),
            vat_in_between: "445800".to_owned(),
            turnover: "706000".to_owned(),
            to_be_taxed: "471000".to_owned(),
            breakage: "758000".to_owned(),
            exchange: "471100".to_owned(),
            loss: "654000".to_owned(),
            taken_over: "890000".to_owned(),
        }
    }
}

impl Accounts {
    /// Each with its name, as the wire writes it.
    pub fn all(&self) -> [(&'static str, &str); 13] {
        [
            ("cash", &self.cash),
            ("card", &self.card),
            ("other_payment", &self.other_payment),
            ("vouchers", &self.vouchers),
            ("refunds_owed", &self.refunds_owed),
            ("vat", &self.vat),
            ("vat_in_between", &self.vat_in_between),
            ("turnover", &self.turnover),
            ("to_be_taxed", &self.to_be_taxed),
            ("breakage", &self.breakage),
            ("exchange", &self.exchange),
            ("loss", &self.loss),
            ("taken_over", &self.taken_over),
        ]
    }

    /// The first whose number is not 1 to 20 letters and digits.
    pub fn fault(&self) -> Option<&'static str> {
        let sound = |number: &str| (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.all().into_iter().find(|(_, number)| !sound(number)).map(|(name, _)| name)
    }

    fn number(&self, purse: Purse) -> &str {
        match purse {
            Purse::Paid(Payment::Cash) => &self.cash,
            Purse::Paid(Payment::CardTerminal) => &self.card,
            Purse::Paid(Payment::Other) => &self.other_payment,
            Purse::Vouchers => &self.vouchers,
            Purse::RefundsOwed => &self.refunds_owed,
            Purse::Vat => &self.vat,
            Purse::VatInBetween => &self.vat_in_between,
            Purse::Turnover => &self.turnover,
            Purse::ToBeTaxed => &self.to_be_taxed,
            Purse::Breakage => &self.breakage,
            Purse::Exchange => &self.exchange,
            Purse::Loss => &self.loss,
            Purse::TakenOver => &self.taken_over,
        }
    }
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purse {
    /// Money that came or went.
    Paid(Payment),
    /// What is owed for vouchers, as service.
    Vouchers,
    /// What is owed for cancelled vouchers, as money.
    RefundsOwed,
    /// VAT that is due.
    Vat,
    /// VAT that is due of vouchers that are not used yet.
    VatInBetween,
    /// Single-purpose vouchers used.
    Turnover,
    /// Multi-purpose vouchers used.
    ToBeTaxed,
    /// Vouchers that expired.
    Breakage,
    /// Exchanges.
    Exchange,
    /// Money that banks took back.
    Loss,
    /// What another system's books owed.
    TakenOver,
}

/// Lines of the books that are alike, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The business day.
    pub day: Date,
    /// Whose business it was.
    pub shop: ShopId,
    /// Who owes.
    pub sold_in: ShopId,
    /// The currency.
    pub currency: Currency,
    /// What they say.
    pub kind: EntryKind,
    /// How the vouchers are taxed.
    pub vat_kind: Vat,
    /// How money moved; none where it did not, or nobody knows.
    pub payment: Option<Payment>,
    /// Their amounts, in minor units.
    pub amount: i64,
    /// The VAT in them.
    pub vat: i64,
}

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posting {
    /// The business day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Date,
    /// The account's number.
    pub account: String,
    /// The shop that it is of.
    pub shop: ShopId,
    /// The currency.
    pub currency: Currency,
    /// What it is about.
    pub kind: EntryKind,
    /// In minor units; 0 where it is a credit.
    pub debit: i64,
    /// In minor units; 0 where it is a debit.
    pub credit: i64,
}

/// The double entries of those sums. Of each sum debits and credits are the same.
pub fn postings(moved: &[Moved], accounts: &Accounts) -> Result<Vec<Posting>, MoneyError> {
    let mut journal: Vec<Posting> = Vec::new();
    for sum in moved {
        for (purse, shop, credit) in lines(sum)? {
            add(&mut journal, sum, accounts.number(purse), shop, credit)?;
        }
    }
    journal.retain(|line| line.debit != 0 || line.credit != 0);
    Ok(journal)
}

/// Alike lines of one day become one.
fn add(journal: &mut Vec<Posting>, sum: &Moved, account: &str, shop: ShopId, credit: i64) -> Result<(), MoneyError> {
    let same = |line: &Posting| (line.day, line.shop, line.currency, line.kind, line.account.as_str()) == (sum.day, shop, sum.currency, sum.kind, account);
    let of_day = || journal.iter().rev().take_while(|line| line.day == sum.day);
    let place = match of_day().position(same) {
        Some(from_end) => journal.len() - 1 - from_end,
        None => journal.len(),
    };
    if place == journal.len() {
        journal.push(Posting { day: sum.day, account: account.to_owned(), shop, currency: sum.currency, kind: sum.kind, debit: 0, credit: 0 });
    }
    let line = &mut journal[place];
    let net = line.credit.checked_sub(line.debit).and_then(|net| net.checked_add(credit)).ok_or(MoneyError::OutOfRange)?;
    (line.debit, line.credit) = (net.checked_neg().ok_or(MoneyError::OutOfRange)?.max(0), net.max(0));
    Ok(())
}

type Line = (Purse, ShopId, i64);

/// The accounts that it moves, each by what it is credited; below 0 it is debited.
fn lines(sum: &Moved) -> Result<Vec<Line>, MoneyError> {
    let Moved { amount, vat, shop, sold_in, .. } = *sum;
    let paid = Purse::Paid(sum.payment.unwrap_or(Payment::Other));
    let net = amount.checked_sub(vat).ok_or(MoneyError::OutOfRange)?;
    let used = |to: Purse| vec![(Purse::Vouchers, sold_in, -amount), (to, shop, net), (Purse::VatInBetween, sold_in, vat)];
    let turnover = if matches!(sum.vat_kind, Vat::MultiPurpose) { Purse::ToBeTaxed } else { Purse::Turnover };
    let backwards = |lines: Vec<Line>| lines.into_iter().map(|(purse, shop, credit)| (purse, shop, -credit)).collect();
    let replaced_in =
        vec![(Purse::Exchange, sold_in, -amount), (Purse::Vouchers, sold_in, amount), (Purse::VatInBetween, sold_in, -vat), (Purse::Vat, sold_in, vat)];
    Ok(match sum.kind {
        EntryKind::Sold => {
            vec![(paid, shop, -amount), (Purse::Vouchers, sold_in, amount), (Purse::VatInBetween, sold_in, -vat), (Purse::Vat, sold_in, vat)]
        }
        EntryKind::Redeemed => used(turnover),
        EntryKind::Undone => backwards(used(turnover)),
        EntryKind::Expired => used(Purse::Breakage),
        EntryKind::Extended => backwards(used(Purse::Breakage)),
        EntryKind::ExpiredHonoured => vec![(Purse::Breakage, sold_in, -net), (turnover, shop, net)],
        EntryKind::Cancelled => vec![(Purse::Vouchers, sold_in, -amount), (Purse::RefundsOwed, sold_in, amount)],
        EntryKind::Refunded => {
            vec![(Purse::RefundsOwed, sold_in, -amount), (paid, shop, amount), (Purse::Vat, sold_in, -vat), (Purse::VatInBetween, sold_in, vat)]
        }
        // The old one's VAT goes back, the new one's is due: of a reissue both are the same.
        EntryKind::ReplacedOut => backwards(replaced_in),
        EntryKind::ReplacedIn => replaced_in,
        // Their VAT was due when the other system sold them: it stands in between, and is not due again.
        EntryKind::TakenOver => vec![(Purse::TakenOver, sold_in, -net), (Purse::Vouchers, sold_in, amount), (Purse::VatInBetween, sold_in, -vat)],
        EntryKind::DifferencePaid => vec![(paid, shop, -amount), (Purse::Exchange, sold_in, amount)],
        EntryKind::ChargedBack => vec![(paid, shop, amount), (Purse::Loss, sold_in, -amount)],
        // Nobody knows yet, or the books of the shops say it: no money moved, and nothing that was owed.
        EntryKind::AtStake | EntryKind::Settled => Vec::new(),
    })
}
