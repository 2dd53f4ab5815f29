use beadsbox_documents::{Language, Receipt, ReceiptLine, Shop, VoucherPaper};
use beadsbox_domain::{Currency, Money, Payment, Vat};
use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::Pdf,
    render,
    vello_cpu::{Pixmap, color::palette::css::WHITE},
};
use jiff::{Timestamp, civil::date};

/// As long as a real signed code, of its letters.
pub const QR: &str = "MBB1:6BF8DVD7C8WEDZC3EQVD2C.XE7$CYED9WE6%EDB8*+96BF$8DVD7C8:WEDZC3$EQVD2C/XE7 CYED9WE6-EDB8996BF8DVD7C8WEDZC3EQVD2C.XE7$CYED9W";

pub fn made() -> Timestamp {
    "2026-11-26T09:00:00Z".parse().unwrap()
}

pub fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, Currency::from_code(currency).unwrap())
}

pub fn shop() -> Shop {
    Shop { name: "My Beads Box Montmartre".to_owned(), lines: vec!["12 rue des Abbesses".to_owned(), "75018 Paris".to_owned()] }
}

pub fn voucher() -> VoucherPaper {
    VoucherPaper {
        language: Language::Fr,
        title: "Cuisine quantique, cours pour débutants".to_owned(),
        description: "Une soirée de trois heures pour quatre gourmets curieux.".to_owned(),
        price: Some(money(4_136, "EUR")),
        recipient: Some("Élodie Lefèvre".to_owned()),
        giver: Some("Jean et Zoé".to_owned()),
        message: Some("Joyeux anniversaire !\nRaconte-nous tout.".to_owned()),
        code: "7Q4M-K2ZT-9XH3B".to_owned(),
        qr: QR.to_owned(),
        expires_on: Some(date(2027, 11, 26)),
        terms: "Ce bon vaut dans toutes nos boutiques.".to_owned(),
        shop: shop(),
        training: false,
    }
}

/// Two vouchers with VAT of 20 %, one whose VAT is due later, and one in yen.
pub fn receipt() -> Receipt {
    let rate = Vat::SinglePurpose { rate_basis_points: 2_000 };
    let line = |title: &str, price, vat, qr: Option<&str>| ReceiptLine {
        title: title.to_owned(),
        code: "7Q4M-K2ZT-9XH3B".to_owned(),
        price,
        vat,
        expires_on: Some(date(2027, 11, 26)),
        qr: qr.map(str::to_owned),
    };
    Receipt {
        language: Language::Fr,
        shop: shop(),
        reference: "0193-7F2A".to_owned(),
        sold_at: date(2026, 11, 26).at(14, 5, 0, 0),
        till: "Caisse 2".to_owned(),
        staff: "Carla".to_owned(),
        lines: vec![
            line("Cuisine quantique, cours pour débutants", money(4_136, "EUR"), rate, Some(QR)),
            line("Poterie", money(12_000, "EUR"), Vat::MultiPurpose, None),
            line("Œuvre à quatre mains", money(1_003, "EUR"), rate, None),
            line("Tokyo", money(9_800, "JPY"), Vat::MultiPurpose, None),
        ],
        payment: Payment::CardTerminal,
        online: false,
        reprint: None,
        training: false,
    }
}

/// All that is written on it, without what makes lines break.
pub fn text(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap().replace(['\u{200b}', '\n'], " ").replace(['\u{a0}', '\u{202f}'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Its pages, in whole points.
pub fn pages(pdf: &[u8]) -> Vec<(i64, i64)> {
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "the size of a page")]
    pdf.pages()
        .iter()
        .map(hayro::hayro_syntax::page::Page::render_dimensions)
        .map(|(width, height)| (width.round() as i64, height.round() as i64))
        .collect()
}

/// Its first page, at 288 dots an inch.
pub fn picture(pdf: &[u8]) -> Pixmap {
    const SCALE: f32 = 4.0;
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let settings = RenderSettings { x_scale: SCALE, y_scale: SCALE, bg_color: WHITE, ..RenderSettings::default() };
    render(&pdf.pages()[0], &RenderCache::new(), &InterpreterSettings::default(), &settings)
}

/// What a camera reads from its first page.
pub fn read_qr(pdf: &[u8]) -> Vec<String> {
    let picture = picture(pdf);
    let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
    let pixels = picture.data_as_u8_slice();
    // Green alone tells dark from light on honey paper.
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * 4 + 1]);
    image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// For whoever wants to look at it.
pub fn keep(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("BEADSBOX_PAPERS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), pdf).unwrap();
    }
}
