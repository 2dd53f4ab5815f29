use beadsbox_documents::{DocumentError, VoucherBook, VoucherPaper};

use crate::support::{made, pages, read_qr, text, voucher};

fn papers(count: usize) -> Vec<VoucherPaper> {
    (0..count)
        .map(|number| VoucherPaper { code: format!("{number:04}-K2ZT-9XH3B"), recipient: Some(format!("Person {number}")), ..voucher() })
        .collect()
}

#[test]
fn a_book_has_a_page_for_each_voucher_in_their_order() {
    let papers = papers(5);
    let mut book = VoucherBook::begin("Noël 2026", made());
    for part in papers.chunks(2) {
        book.add(part).unwrap();
    }
    let pdf = book.finish().unwrap();
    assert_eq!(pages(&pdf), [(595, 420); 5]);
    let document = lopdf::Document::load_mem(&pdf).unwrap();
    for (number, page) in (0..5).zip(document.get_pages().into_keys()) {
        let text = document.extract_text(&[page]).unwrap();
        assert!(text.contains(&format!("{number:04}-K2ZT-9XH3B")) && text.contains(&format!("Person {number}")), "page {page}: {text}");
    }
    assert!(text(&pdf).contains("Cuisine quantique"));
    assert_eq!(read_qr(&pdf), [crate::support::QR], "a part's page is as it is alone");
}

#[test]
fn the_same_vouchers_make_the_same_book() {
    let made_of = |papers: &[VoucherPaper]| {
        let mut book = VoucherBook::begin("Book", made());
        book.add(papers).unwrap();
        book.finish().unwrap()
    };
    assert_eq!(made_of(&papers(3)), made_of(&papers(3)));
}

#[test]
fn a_book_without_a_page_is_none() {
    let mut book = VoucherBook::begin("Nothing", made());
    book.add(&[]).unwrap();
    assert_eq!(book.finish(), Err(DocumentError::Nothing));
}

/// `BEADSBOX_BOOK_PAGES=10000` says how long a whole batch takes and how large it gets; an ordinary run makes three parts.
#[test]
#[expect(clippy::print_stdout, reason = "the figures are what somebody runs it for")]
fn a_book_of_many_parts_is_whole() {
    let count = std::env::var("BEADSBOX_BOOK_PAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let part = if count > 1_000 { VoucherBook::PART } else { 5 };
    let papers = papers(count);
    let begun = std::time::Instant::now();
    let mut book = VoucherBook::begin("Batch", made());
    for part in papers.chunks(part) {
        book.add(part).unwrap();
    }
    let pdf = book.finish().unwrap();
    println!("{count} pages: {:?}, {} KiB, peak {}", begun.elapsed(), pdf.len() / 1024, peak());
    crate::support::keep("book", &pdf);
    assert_eq!(lopdf::Document::load_mem(&pdf).unwrap().get_pages().len(), count);
}

/// The most memory that this process had, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
