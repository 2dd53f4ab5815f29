use beadsbox_documents::{DayReport, Language, ReportPerson};
use beadsbox_domain::{
    DayClose, StaffId,
    day::{ByPayment, Drawer, PersonSums, Sums, Tally, Unsent},
    text::Reason,
};
use jiff::civil::date;

use crate::support::{keep, made, money, pages, text};

fn tally(count: u64, minor: i64) -> Tally {
    Tally { count, minor }
}

fn sums(scale: u64) -> Sums {
    let times = i64::try_from(scale).unwrap();
    Sums {
        sold: ByPayment { cash: tally(3 * scale, 12_408 * times), card_terminal: tally(scale, 29_979 * times), other: Tally::default() },
        redeemed: tally(5 * scale, 45_000 * times),
        accepted_offline: tally(2 * scale, 9_000 * times),
        undone: tally(scale, 4_136 * times),
        overrides: tally(scale, 5_000 * times),
        refunded: ByPayment { cash: tally(scale, 4_136 * times), ..ByPayment::default() },
        ..Sums::nothing(money(0, "EUR").currency)
    }
}

fn drawer(counted: i64) -> Drawer {
    let expected = 15_000 + 24_816 - 8_272 + 2_000 - 5_000;
    Drawer { currency: money(0, "EUR").currency, float: 15_000, cash_in: 2_000, cash_out: 5_000, expected, counted, difference: counted - expected }
}

fn report(language: Language, counted: i64) -> DayReport {
    let reason = |text: &str| Some(Reason::new(text).unwrap());
    let person = |number: u128, sums: Sums| PersonSums { staff: StaffId(uuid::Uuid::from_u128(number)), sums: vec![sums] };
    let people = vec![person(1, sums(1)), person(2, sums(1))];
    let named = |name: &str, person: &PersonSums| ReportPerson { name: name.to_owned(), sums: person.sums.clone() };
    DayReport {
        language,
        shop: "My Beads Box Montmartre".to_owned(),
        till: "Caisse 2".to_owned(),
        closed_at: date(2026, 11, 26).at(19, 42, 0, 0),
        closed_by: "Camille".to_owned(),
        people: vec![named("Camille", &people[0]), named("Noé", &people[1])],
        reference: "01935d2a-0000-7000-8000-00000000abcd".to_owned(),
        training: false,
        close: DayClose {
            number: 12,
            day: date(2026, 11, 26),
            after_seq: 480,
            through_seq: 523,
            totals: vec![sums(2)],
            people,
            drawers: vec![drawer(counted)],
            unvalued: 1,
            difference_reason: reason("Deux pièces étrangères").filter(|_| drawer(counted).difference != 0),
            unsent: reason("La fibre est coupée").map(|reason| Unsent { count: 3, reason }),
        },
    }
}

#[test]
fn a_report_says_what_the_close_says() {
    let pdf = report(Language::Fr, 28_444).pdf(made()).unwrap();
    keep("close-fr", &pdf);
    assert_eq!(pages(&pdf)[0], (595, 842), "A4");
    let text = text(&pdf);
    for words in [
        "26 novembre 2026",
        "My Beads Box Montmartre",
        "Fonds de caisse 150,00 €",
        "Ventes en espèces +248,16 €",
        "Remboursements en espèces -82,72 €",
        "Attendu 285,44 €",
        "Compté 284,44 €",
        "Écart -1,00 €",
        "Deux pièces étrangères",
        "Clôturée avec des opérations non envoyées : 3",
        "La fibre est coupée",
        "Vendus 8",
        "acceptés hors ligne 4",
        "Camille 4 · 423,87 €",
        "couvre les opérations 481 à 523",
    ] {
        assert!(text.contains(words), "{words:?} in {text:?}");
    }
}

#[test]
fn a_day_that_comes_out_has_no_reasons() {
    let mut report = report(Language::En, 28_544);
    (report.close.unsent, report.close.unvalued) = (None, 0);
    report.close.people.truncate(1);
    report.people.truncate(1);
    let pdf = report.pdf(made()).unwrap();
    keep("close-en", &pdf);
    let text = text(&pdf);
    assert!(text.contains("Difference €0.00") && !text.contains("Why the cash differs") && !text.contains("By person"), "{text}");
}

#[test]
fn the_same_close_is_the_same_bytes() {
    assert_eq!(report(Language::Fr, 1).pdf(made()).unwrap(), report(Language::Fr, 1).pdf(made()).unwrap());
    assert_ne!(report(Language::Fr, 1).pdf(made()).unwrap(), report(Language::Fr, 2).pdf(made()).unwrap());
}
