//! Papers as PDFs: the first voucher of a run, which reads the fonts, and what is made after it.

use std::time::Instant;

use anyhow::Context as _;
use beadsbox_documents::{DayReport, DocumentError, Language, Receipt, ReceiptLine, ReportPerson, Shop, VoucherBook, VoucherPaper, Width};
use beadsbox_domain::{
    Currency, DayClose, Money, Payment, StaffId, Vat,
    day::{ByPayment, Drawer, PersonSums, Sums, Tally},
};
use jiff::{Timestamp, civil::date};
use uuid::Uuid;

use super::{Bench, milliseconds};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number},
};

/// As long as a signed code.
const SIGNED: usize = 200;
/// Vouchers of one receipt, each with its QR code.
const LINES: usize = 3;
/// Whoever worked at the till on the day of the report.
const PEOPLE: u128 = 4;

pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let rounds = bench.scale.rounds;
    let first = timed(&voucher(0)?, |paper| paper.pdf(Timestamp::UNIX_EPOCH))?;
    let (mut vouchers, mut receipts, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, as a till makes them: none profits from the one before being like it.
    for number in 1..=rounds {
        vouchers.push(timed(&voucher(number)?, |paper| paper.pdf(Timestamp::UNIX_EPOCH))?);
        receipts.push(timed(&receipt(number)?, |paper| paper.pdf(Width::Mm80, Timestamp::UNIX_EPOCH))?);
        reports.push(timed(&report(number)?, |paper| paper.pdf(Timestamp::UNIX_EPOCH))?);
    }
    let each = u64::try_from(rounds)?;
    let entry = |size, what: &str, measured, note: &str| -> anyhow::Result<Entry> {
        let ours = bench.ours(measured, Unit::Milliseconds, note)?;
        Ok(Entry::new("documents", size, what, ours, None))
    };
    let batch = bench.scale.pages;
    let book = Entry::new(
        "documents",
        batch,
        "a batch as one PDF",
        bench.ours(vec![book(batch)?], Unit::Seconds, "a page for each voucher, as above")?,
        None,
    );
    let goal = |entry: Entry| entry.judged(Number::P99, &[Goal::AtMost(150.0)]);
    let of_voucher = "a voucher: A5, every text another one, QR code of 200 characters";
    Ok(vec![
        entry(1, "the first voucher PDF of a run", vec![first], of_voucher)?,
        goal(entry(each, "a voucher PDF after it", vouchers, of_voucher)?),
        goal(entry(each, "a receipt PDF", receipts, "a receipt: 80 mm, three vouchers with a QR code each, every text another one")?),
        goal(entry(each, "a day's report PDF", reports, "a report: A4, four people, every number another one")?),
        book,
    ])
}

/// Milliseconds until the PDF is there.
fn timed<P>(paper: &P, make: impl FnOnce(&P) -> Result<Vec<u8>, DocumentError>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let pdf = make(paper)?;
    let taken = milliseconds(begun);
    anyhow::ensure!(pdf.starts_with(b"%PDF"), "no PDF");
    Ok(taken)
}

/// Seconds until a batch of that many is one PDF.
fn book(vouchers: u64) -> anyhow::Result<f64> {
    let numbers: Vec<usize> = (0..usize::try_from(vouchers)?).collect();
    let begun = Instant::now();
    let mut book = VoucherBook::begin("A batch", Timestamp::UNIX_EPOCH);
    for part in numbers.chunks(VoucherBook::PART) {
        let papers = part.iter().map(|number| voucher(*number)).collect::<anyhow::Result<Vec<_>>>()?;
        book.add(&papers)?;
    }
    let pdf = book.finish()?;
    let taken = begun.elapsed().as_secs_f64();
    anyhow::ensure!(pdf.starts_with(b"%PDF"), "no PDF");
    Ok(taken)
}

fn voucher(number: usize) -> anyhow::Result<VoucherPaper> {
    Ok(VoucherPaper {
        language: language(number),
        title: format!("Quantum Cuisine - introductory course {number}"),
        description: format!("An evening of three hours for {number} curious gourmets, with a dessert that is only there while somebody looks."),
        price: Some(price(number)?),
        recipient: Some(format!("Recipient {number}")),
        giver: Some(format!("Giver {number}")),
        message: Some(format!("Happy birthday number {number}!\nMay every bite be a surprise, and tell us all about it afterwards.")),
        code: format!("{number:04}-K2ZT-9XH3B"),
        qr: format!("MBB1:{number:0>SIGNED$}"),
        expires_on: Some(date(2027, 11, 26)),
        terms: "This voucher can be redeemed in all of our shops, once, until its last day. It cannot be exchanged for cash.".to_owned(),
        shop: shop(),
        training: false,
    })
}

fn receipt(number: usize) -> anyhow::Result<Receipt> {
    let line = |place: usize| -> anyhow::Result<ReceiptLine> {
        Ok(ReceiptLine {
            title: format!("Quantum Cuisine - introductory course {number}"),
            code: format!("{number:04}-K2ZT-9XH3{place}"),
            price: price(number)?,
            vat: Vat::SinglePurpose { rate_basis_points: 2_000 },
            expires_on: Some(date(2027, 11, 26)),
            qr: Some(format!("MBB1:{place}{number:0>SIGNED$}")),
        })
    };
    Ok(Receipt {
        language: language(number),
        shop: shop(),
        reference: format!("0193-{number:04}"),
        sold_at: date(2026, 11, 26).at(14, 5, 0, 0),
        till: "Till 2".to_owned(),
        staff: format!("Person {number}"),
        lines: (0..LINES).map(line).collect::<anyhow::Result<_>>()?,
        payment: Payment::Cash,
        online: false,
        reprint: None,
        training: false,
    })
}

fn report(number: usize) -> anyhow::Result<DayReport> {
    let currency = Currency::from_code("EUR")?;
    let minor = price(number)?.minor;
    let tally = |count: u64| Tally { count, minor: minor * 3 };
    let sums = Sums {
        sold: ByPayment { cash: tally(3), card_terminal: tally(5), other: tally(1) },
        redeemed: tally(9),
        accepted_offline: tally(2),
        undone: tally(1),
        ..Sums::nothing(currency)
    };
    let staff = |person: u128| PersonSums { staff: StaffId(Uuid::from_u128(person)), sums: vec![sums.clone()] };
    let people: Vec<PersonSums> = (1..=PEOPLE).map(staff).collect();
    Ok(DayReport {
        training: false,
        language: language(number),
        shop: "My Beads Box".to_owned(),
        till: "Till 2".to_owned(),
        closed_at: date(2026, 11, 26).at(19, 42, 0, 0),
        closed_by: format!("Person {number}"),
        people: people
            .iter()
            .enumerate()
            .map(|(place, of)| ReportPerson { name: format!("Person {place} {number}"), sums: of.sums.clone() })
            .collect(),
        reference: Uuid::from_u128(u128::try_from(number)?).to_string(),
        close: DayClose {
            number: u64::try_from(number)?,
            day: date(2026, 11, 26),
            after_seq: 480,
            through_seq: 523,
            totals: vec![sums],
            people,
            drawers: vec![Drawer { currency, float: 15_000, cash_in: 0, cash_out: 0, expected: 15_000 + minor, counted: 15_000 + minor, difference: 0 }],
            unvalued: 0,
            difference_reason: None,
            unsent: None,
        },
    })
}

const fn language(number: usize) -> Language {
    if number.is_multiple_of(2) { Language::En } else { Language::Fr }
}

fn price(number: usize) -> anyhow::Result<Money> {
    Ok(Money::new(i64::try_from(number).context("fewer rounds")? + 4_136, Currency::from_code("EUR")?))
}

fn shop() -> Shop {
    Shop { name: "My Beads Box".to_owned(), lines: vec!["12 rue des Abbesses".to_owned(), "75018 Paris".to_owned()] }
}
