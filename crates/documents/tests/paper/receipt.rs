use beadsbox_documents::{DocumentError, Language, Receipt, Reprint, VatLine, Width};
use beadsbox_domain::{Money, Payment};
use jiff::civil::date;

use crate::support::{QR, made, money, pages, read_qr, receipt, text};

#[test]
fn totals_are_by_currency_and_vat_by_rate() {
    let receipt = receipt();
    assert_eq!(receipt.totals().unwrap(), [money(17_139, "EUR"), money(9_800, "JPY")]);
    let line = |rate_basis_points, gross, vat| VatLine { rate_basis_points, gross, vat };
    assert_eq!(
        receipt.vat_lines().unwrap(),
        [
            // 5139 / 6 is 856.5: rounded once, for the rate.
            line(Some(2_000), money(5_139, "EUR"), money(857, "EUR")),
            line(None, money(12_000, "EUR"), money(0, "EUR")),
            line(None, money(9_800, "JPY"), money(0, "JPY")),
        ]
    );
}

#[test]
fn a_sum_out_of_range_and_an_empty_sale_are_errors() {
    let mut receipt = receipt();
    receipt.lines[0].price = Money { minor: i64::MAX, ..receipt.lines[0].price };
    assert_eq!(receipt.pdf(Width::Mm80, made()), Err(DocumentError::OutOfRange));
    receipt.lines.clear();
    assert_eq!(receipt.pdf(Width::Mm80, made()), Err(DocumentError::Nothing));
}

#[test]
fn a_receipt_says_what_was_sold_and_paid() {
    for (width, points) in [(Width::Mm80, 227), (Width::Mm58, 164)] {
        let pdf = receipt().pdf(width, made()).unwrap();
        let size = pages(&pdf);
        assert!(size.len() == 1 && size[0].0 == points && size[0].1 > 300, "{size:?}");
        let text = text(&pdf);
        for words in [
            "Ticket 0193-7F2A",
            "26/11/2026 14:05",
            "Total 171,39 €",
            "Total 9 800 ¥",
            "Réglé par carte",
            "TVA 20 % dans 51,39 € 8,57 €",
            "7Q4M-K2ZT-9XH3B",
        ] {
            assert!(text.contains(words), "{words:?} in {text:?}");
        }
        assert!(!text.contains("DUPLICATA") && !text.contains("FORMATION"), "{text}");
        assert_eq!(read_qr(&pdf), [QR]);
    }
}

#[test]
fn what_was_bought_on_the_shop_page_says_so() {
    let bought = Receipt { online: true, payment: Payment::Other, staff: String::new(), ..receipt() };
    let french = text(&Receipt { till: "Page de la boutique".to_owned(), ..bought.clone() }.pdf(Width::Mm80, made()).unwrap());
    assert!(french.contains("Page de la boutique") && french.contains("Réglé par paiement en ligne"), "{french}");
    let english = text(&Receipt { language: Language::En, ..bought }.pdf(Width::Mm58, made()).unwrap());
    assert!(english.contains("online payment") && !english.contains("other means"), "{english}");
    let paid_at_a_till = text(&Receipt { payment: Payment::Other, ..receipt() }.pdf(Width::Mm80, made()).unwrap());
    assert!(paid_at_a_till.contains("Réglé par autre moyen"), "{paid_at_a_till}");
}

#[test]
fn a_receipt_that_is_printed_again_or_means_nothing_says_so_at_both_ends() {
    let reprint = Some(Reprint { at: date(2026, 11, 27).at(9, 0, 0, 0) });
    let told = text(&Receipt { reprint, ..receipt() }.pdf(Width::Mm80, made()).unwrap());
    assert!(told.starts_with("DUPLICATA") && told.ends_with("DUPLICATA") && told.contains("27/11/2026 09:00"), "{told}");
    let told = text(&Receipt { training: true, language: Language::En, ..receipt() }.pdf(Width::Mm58, made()).unwrap());
    assert!(told.starts_with("TRAINING - NOTHING WAS SOLD") && told.ends_with("TRAINING - NOTHING WAS SOLD"), "{told}");
}

#[test]
fn the_same_receipt_is_the_same_bytes() {
    assert_eq!(receipt().pdf(Width::Mm80, made()).unwrap(), receipt().pdf(Width::Mm80, made()).unwrap());
}
