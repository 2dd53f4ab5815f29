//! What stands on a receipt, from top to bottom, before anybody knows how wide the paper is.

use beadsbox_domain::Payment;
use serde::Serialize;

use super::{Receipt, ReceiptLine, VatLine};
use crate::{DocumentError, Language, amount, day};

/// A piece of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Block {
    /// The shop's name: large, in the middle.
    Head { text: String },
    /// In the middle.
    Middle { text: String },
    /// White on black, in the middle: what nobody may overlook.
    Mark { text: String },
    /// Words on the left, a number on the right.
    Pair { left: String, right: String, bold: bool },
    /// Below what it belongs to.
    Detail { text: String },
    /// A line across.
    Rule,
    /// A QR code; the number is its place among the codes of the receipt.
    Qr { text: String, place: usize },
}

/// The whole receipt. An error if there is nothing on it, or a sum is out of range.
pub(crate) fn blocks(receipt: &Receipt) -> Result<Vec<Block>, DocumentError> {
    if receipt.lines.is_empty() {
        return Err(DocumentError::Nothing);
    }
    let language = receipt.language;
    let mut blocks = head(receipt);
    let mut codes = 0;
    for line in &receipt.lines {
        voucher(&mut blocks, line, language, &mut codes);
    }
    blocks.push(Block::Rule);
    for total in receipt.totals()? {
        blocks.push(pair(language.pick("Total", "Total"), amount::amount(total, language), true));
    }
    blocks.push(pair(language.pick("Paid by", "Réglé par"), paid_by(receipt).to_owned(), false));
    blocks.push(Block::Rule);
    for line in receipt.vat_lines()? {
        vat(&mut blocks, line, language);
    }
    blocks.push(Block::Rule);
    blocks.push(Block::Middle { text: language.pick("Thank you, and enjoy!", "Merci, et profitez-en bien\u{a0}!").to_owned() });
    marks(&mut blocks, receipt);
    Ok(blocks)
}

fn head(receipt: &Receipt) -> Vec<Block> {
    let language = receipt.language;
    let mut blocks = Vec::new();
    marks(&mut blocks, receipt);
    blocks.push(Block::Head { text: receipt.shop.name.clone() });
    blocks.extend(receipt.shop.lines.iter().map(|line| Block::Middle { text: line.clone() }));
    blocks.push(Block::Rule);
    blocks.push(pair(language.pick("Receipt", "Ticket"), receipt.reference.clone(), false));
    blocks.push(pair(language.pick("Sold", "Vendu le"), day::moment(receipt.sold_at), false));
    blocks.push(pair(&receipt.till, receipt.staff.clone(), false));
    if let Some(reprint) = receipt.reprint {
        blocks.push(pair(language.pick("Printed again", "Réimprimé le"), day::moment(reprint.at), false));
    }
    blocks.push(Block::Rule);
    blocks
}

/// First and last on the paper, so that no end of it passes for a receipt.
fn marks(blocks: &mut Vec<Block>, receipt: &Receipt) {
    let language = receipt.language;
    if receipt.training {
        blocks.push(Block::Mark { text: language.pick("TRAINING - NOTHING WAS SOLD", "FORMATION - AUCUNE VENTE").to_owned() });
    }
    if receipt.reprint.is_some() {
        blocks.push(Block::Mark { text: language.pick("DUPLICATE", "DUPLICATA").to_owned() });
    }
}

fn voucher(blocks: &mut Vec<Block>, line: &ReceiptLine, language: Language, codes: &mut usize) {
    blocks.push(pair(&line.title, amount::amount(line.price, language), false));
    blocks.push(Block::Detail { text: line.code.clone() });
    let valid = line.expires_on.map_or_else(
        || language.pick("valid without end", "valable sans limite").to_owned(),
        |last| format!("{} {}", language.pick("valid until", "valable jusqu’au"), day::short(last)),
    );
    blocks.push(Block::Detail { text: valid });
    if let Some(text) = &line.qr {
        blocks.push(Block::Qr { text: text.clone(), place: *codes });
        *codes += 1;
    }
}

fn vat(blocks: &mut Vec<Block>, line: VatLine, language: Language) {
    let gross = amount::amount(line.gross, language);
    match line.rate_basis_points {
        Some(rate) => {
            let left = format!("{} {} {} {gross}", language.pick("VAT", "TVA"), amount::rate(rate, language), language.pick("in", "dans"));
            blocks.push(pair(&left, amount::amount(line.vat, language), false));
        }
        None => blocks.push(pair(language.pick("VAT due when redeemed", "TVA due à la validation"), gross, false)),
    }
}

const fn paid_by(receipt: &Receipt) -> &'static str {
    let language = receipt.language;
    match receipt.payment {
        _ if receipt.online => language.pick("online payment", "paiement en ligne"),
        Payment::Cash => language.pick("cash", "espèces"),
        Payment::CardTerminal => language.pick("card", "carte"),
        Payment::Other => language.pick("other means", "autre moyen"),
    }
}

fn pair(left: &str, right: String, bold: bool) -> Block {
    Block::Pair { left: left.to_owned(), right, bold }
}
