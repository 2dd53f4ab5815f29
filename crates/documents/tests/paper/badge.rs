use beadsbox_documents::{BadgePaper, Language};

use crate::support::{keep, made, pages, picture, read_qr, text};

const A4: [(i64, i64); 1] = [(595, 842)];
/// As long as a real one.
const SECRET: &str = "MBBB1:0123456789ABCDEF0123456789ABCDEF01234567";

fn badge(language: Language, name: &str) -> BadgePaper {
    BadgePaper { language, organisation: "My Beads Box".to_owned(), name: name.to_owned(), qr: SECRET.to_owned() }
}

#[test]
fn a_badge_says_whose_it_is_in_their_language_and_reads_back() {
    for (language, words) in [
        (Language::En, ["Scan at the till", "Cut out along the dashed line.", "If it is lost, have a new one made at once"]),
        (
            Language::Fr,
            ["À scanner en caisse", "À découper le long des pointillés.", "S’il est perdu, faites-en créer un nouveau aussitôt"],
        ),
    ] {
        let pdf = badge(language, "Élodie Lefèvre").pdf(made()).unwrap();
        keep(&format!("badge-{}", language.code()), &pdf);
        assert_eq!((pages(&pdf), read_qr(&pdf)), (A4.to_vec(), vec![SECRET.to_owned()]));
        let text = text(&pdf);
        for words in words.into_iter().chain(["My Beads Box", "Élodie Lefèvre"]) {
            assert!(text.contains(words), "{words:?} in {text:?}");
        }
        assert!(!text.contains("MBBB1"), "the secret is in the code alone");
    }
}

#[test]
fn the_card_is_as_large_as_a_bank_card() {
    const DOTS_A_MM: f64 = 288.0 / 25.4;
    let picture = picture(&badge(Language::En, "Zoé").pdf(made()).unwrap());
    let width = usize::from(picture.width());
    let pixels = picture.data_as_u8_slice();
    // Honey paper and its stripe, and nothing else on the sheet, have much more red than blue.
    let inked = |pixel: &[u8]| pixel[0] > 200 && pixel[0] - pixel[2].min(pixel[0]) > 40;
    let places = pixels.chunks(4).enumerate().filter(|(_, pixel)| inked(pixel)).map(|(place, _)| (place % width, place / width));
    let (mut columns, mut rows) = ((usize::MAX, 0), (usize::MAX, 0));
    for (column, row) in places {
        columns = (columns.0.min(column), columns.1.max(column));
        rows = (rows.0.min(row), rows.1.max(row));
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer dots than a float counts exactly")]
    let millimetres = |(first, last): (usize, usize)| (last + 1 - first) as f64 / DOTS_A_MM;
    let (wide, high) = (millimetres(columns), millimetres(rows));
    assert!((wide - 85.6).abs() < 0.4 && (high - 54.0).abs() < 0.4, "{wide:.2} × {high:.2} mm");
}

#[test]
fn a_name_of_any_length_and_script_stays_on_its_card_and_is_no_code() {
    for name in ["W".repeat(100), "Marie-Antoinette ".repeat(6), "مرحبا ".repeat(16), "#panic(\"x\") $1/0$ *b* [".to_owned()] {
        let paper = BadgePaper { organisation: name.clone(), ..badge(Language::Fr, &name) };
        let pdf = paper.pdf(made()).unwrap();
        assert_eq!((pages(&pdf), read_qr(&pdf)), (A4.to_vec(), vec![SECRET.to_owned()]), "{name}");
        if name.starts_with('#') {
            assert!(text(&pdf).contains("#panic"), "{}", text(&pdf));
        }
    }
}

#[test]
fn the_same_badge_is_the_same_bytes() {
    let pdf = |name| badge(Language::En, name).pdf(made()).unwrap();
    assert_eq!(pdf("Zoé"), pdf("Zoé"));
    assert_ne!(pdf("Zoé"), pdf("Zoë"));
}
