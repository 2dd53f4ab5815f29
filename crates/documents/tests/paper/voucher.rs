use beadsbox_documents::{DocumentError, Language};

use crate::support::{QR, made, money, pages, read_qr, text, voucher};

/// A5, lying.
const A5: [(i64, i64); 1] = [(595, 420)];

#[test]
fn a_voucher_says_all_that_its_recipient_needs() {
    let pdf = voucher().pdf(made()).unwrap();
    assert_eq!(pages(&pdf), A5);
    let text = text(&pdf);
    for words in [
        "Cuisine quantique, cours pour débutants",
        "41,36 €",
        "Pour Élodie Lefèvre",
        "Joyeux anniversaire !",
        "Raconte-nous tout.",
        "De la part de Jean et Zoé",
        "7Q4M-K2ZT-9XH3B",
        "26 novembre 2027",
        "Ce bon vaut dans toutes nos boutiques.",
        "My Beads Box Montmartre",
    ] {
        assert!(text.contains(words), "{words:?} in {text:?}");
    }
    assert!(!text.contains("SANS VALEUR"));
}

#[test]
fn what_is_left_out_is_not_there() {
    let mut paper = voucher();
    (paper.price, paper.recipient, paper.giver, paper.message, paper.expires_on) = (None, None, None, None, None);
    paper.language = Language::En;
    let text = text(&paper.pdf(made()).unwrap());
    // Capitals stand apart, and are read as if there were spaces between.
    assert!(text.replace(' ', "").contains("GIFTVOUCHER") && text.contains("No end date"), "{text}");
    for words in ["41", "€", "Élodie", "From", "For ", "Valid until"] {
        assert!(!text.contains(words), "{words:?} in {text:?}");
    }
}

#[test]
fn the_qr_code_reads_back_from_the_picture() {
    assert_eq!(read_qr(&voucher().pdf(made()).unwrap()), [QR]);
}

#[test]
fn a_qr_code_that_holds_too_much_is_an_error() {
    let paper = beadsbox_documents::VoucherPaper { qr: "x".repeat(3_000), ..voucher() };
    assert_eq!(paper.pdf(made()), Err(DocumentError::QrTooLong(3_000)));
}

#[test]
fn a_specimen_is_a_picture_that_says_so() {
    let picture = voucher().specimen().unwrap();
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"), "{}", &picture[..80]);
    // Glyphs are drawn, so what differs from the paper that counts is what stands across it.
    let other = beadsbox_documents::VoucherPaper { language: Language::En, ..voucher() };
    assert_ne!(picture, other.specimen().unwrap());
}

#[test]
fn training_is_written_all_over_it() {
    let paper = beadsbox_documents::VoucherPaper { training: true, ..voucher() };
    assert!(text(&paper.pdf(made()).unwrap()).contains("FORMATION · SANS VALEUR"));
}

#[test]
fn the_same_voucher_is_the_same_bytes() {
    let first = voucher().pdf(made()).unwrap();
    let mut other = voucher();
    other.title.push('!');
    other.price = Some(money(1, "JPY"));
    assert_ne!(other.pdf(made()).unwrap(), first);
    assert_eq!(voucher().pdf(made()).unwrap(), first, "whatever was made in between");
    assert_ne!(voucher().pdf("2026-11-27T09:00:00Z".parse().unwrap()).unwrap(), first, "the moment is in it");
}

#[test]
fn nothing_typed_is_code() {
    let hostile = "#panic(\"x\") $1/0$ *b* _i_ `r` <l> @ref = h \\ #read(\"/data.json\") //c";
    let mut paper = voucher();
    paper.title = hostile.to_owned();
    paper.recipient = Some("#let x = 1".to_owned());
    paper.message = Some("#image(\"/etc/passwd\")\n- item\n+ item".to_owned());
    paper.shop.name = "]#panic()[".to_owned();
    paper.terms = "https://example.org *bold*".to_owned();
    paper.code = "#1+1".to_owned();
    let text = text(&paper.pdf(made()).unwrap());
    for words in ["#panic(\"x\") $1/0$ *b* _i_ `r` <l> @ref = h", "#let x = 1", "#image(\"/etc/passwd\") - item + item", "]#panic()[", "*bold*", "#1+1"] {
        assert!(text.contains(words), "{words:?} in {text:?}");
    }
}

#[test]
fn a_text_of_any_length_and_script_stays_on_its_page() {
    let long = |pattern: &str, characters: usize| pattern.chars().cycle().take(characters).collect::<String>();
    for pattern in ["mot ", "W", "مرحبا ", "e\u{301}", "a\n", "寿司"] {
        let mut paper = voucher();
        paper.title = long(pattern, 300);
        paper.description = long(pattern, 5_000);
        paper.recipient = Some(long(pattern, 100));
        paper.giver = Some(long(pattern, 100));
        paper.message = Some(long(pattern, 1_000));
        paper.terms = long(pattern, 3_000);
        paper.shop.name = long(pattern, 100);
        paper.shop.lines = vec![long(pattern, 100); 6];
        let pdf = paper.pdf(made()).unwrap();
        assert_eq!(pages(&pdf), A5, "{pattern:?}");
        assert_eq!(read_qr(&pdf), [QR], "{pattern:?}: nothing runs into the code");
    }
}
