//! A voucher as a PDF: the first of a run, which reads the fonts, and those after it.

use std::time::Instant;

use anyhow::Context as _;
use beadsbox_documents::{Language, Shop, VoucherPaper};
use beadsbox_domain::{Currency, Money};
use jiff::{Timestamp, civil::date};

use super::{Bench, milliseconds};
use crate::{
    figure::Unit,
    ledger::{Entry, Goal, Number},
};

/// As long as a signed code.
const SIGNED: usize = 200;

pub(super) fn measure(bench: &Bench) -> anyhow::Result<Vec<Entry>> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for number in 0..=bench.scale.rounds {
        let paper = voucher(number)?;
        let begun = Instant::now();
        let pdf = paper.pdf(Timestamp::UNIX_EPOCH)?;
        let taken = milliseconds(begun);
        anyhow::ensure!(pdf.starts_with(b"%PDF"), "no PDF");
        if number == 0 { &mut first } else { &mut later }.push(taken);
    }
    let vouchers = u64::try_from(bench.scale.rounds)?;
    let entry = |size, what: &str, measured| -> anyhow::Result<Entry> {
        let ours = bench.ours(measured, Unit::Milliseconds, "A5, every text another one, QR code of 200 characters")?;
        Ok(Entry::new("documents", size, what, ours, None))
    };
    Ok(vec![
        entry(1, "the first voucher PDF of a run", first)?,
        entry(vouchers, "a voucher PDF after it", later)?.judged(Number::P99, &[Goal::AtMost(150.0)]),
    ])
}

fn voucher(number: usize) -> anyhow::Result<VoucherPaper> {
    let currency = Currency::from_code("EUR")?;
    let minor = i64::try_from(number).context("fewer rounds")? + 4_136;
    Ok(VoucherPaper {
        language: if number.is_multiple_of(2) { Language::En } else { Language::Fr },
        title: format!("Quantum Cuisine - introductory course {number}"),
        description: format!("An evening of three hours for {number} curious gourmets, with a dessert that is only there while somebody looks."),
        price: Some(Money::new(minor, currency)),
        recipient: Some(format!("Recipient {number}")),
        giver: Some(format!("Giver {number}")),
        message: Some(format!("Happy birthday number {number}!\nMay every bite be a surprise, and tell us all about it afterwards.")),
        code: format!("{number:04}-K2ZT-9XH3B"),
        qr: format!("MBB1:{number:0>SIGNED$}"),
        expires_on: Some(date(2027, 11, 26)),
        terms: "This voucher can be redeemed in all of our shops, once, until its last day. It cannot be exchanged for cash.".to_owned(),
        shop: Shop { name: "My Beads Box".to_owned(), lines: vec!["12 rue des Abbesses".to_owned(), "75018 Paris".to_owned()] },
        training: false,
    })
}
