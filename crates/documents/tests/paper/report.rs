use beadsbox_documents::{Cell, Column, Kind, Language, ReportPaper, Table};
use jiff::civil::date;

use crate::support::{keep, made, money, pages, text};

fn paper(language: Language, rows: usize) -> ReportPaper {
    let headings = [("Boutique", Kind::Text), ("Jour", Kind::Date), ("Bons", Kind::Integer), ("Ouverture", Kind::Amount), ("Part", Kind::Percent)];
    let row = |name: &str, count: i64| {
        vec![Cell::text(name), Cell::Date(date(2026, 11, 26)), Cell::Integer(count), Cell::Money(money(-123_456 * count, "EUR")), Cell::Percent(550)]
    };
    let total = vec![Cell::text("Total EUR"), Cell::Empty, Cell::Integer(7), Cell::Money(money(99, "EUR")), Cell::Empty];
    ReportPaper {
        language,
        title: "Engagements".to_owned(),
        facts: vec![("Période".to_owned(), "01/11/2026 – 26/11/2026".to_owned()), ("Jusqu'à l'opération".to_owned(), "4711".to_owned())],
        notes: vec!["3 écritures sont arrivées après le dernier jour.".to_owned()],
        table: Table {
            title: "Engagements".to_owned(),
            columns: headings.map(|(heading, kind)| Column::new(heading, kind)).to_vec(),
            rows: (0..rows).map(|_| row("My Beads Box #Montmartre *$x$*", 1)).chain([total]).collect(),
        },
        sums: 1,
    }
}

#[test]
fn a_report_says_its_numbers_and_what_they_were_made_from() {
    let pdf = paper(Language::Fr, 3).pdf(made()).unwrap();
    keep("report-fr", &pdf);
    assert_eq!(pages(&pdf), [(842, 595)], "A4 across");
    let text = text(&pdf);
    let words = ["Engagements", "01/11/2026 – 26/11/2026", "4711", "My Beads Box #Montmartre *$x$*", "-1 234,56 €", "5,5 %", "Total EUR", "3 écritures"];
    for words in words {
        assert!(text.contains(words), "{words:?} in {text:?}");
    }
}

#[test]
fn a_long_report_goes_on_under_the_same_headings() {
    let pdf = paper(Language::En, 120).pdf(made()).unwrap();
    let pages = pages(&pdf).len();
    assert!(pages > 2, "{pages} pages");
    assert_eq!(text(&pdf).matches("Ouverture").count(), pages);
}

#[test]
fn a_report_of_nothing_says_so() {
    let mut empty = paper(Language::En, 0);
    empty.table.rows.clear();
    empty.sums = 0;
    assert!(text(&empty.pdf(made()).unwrap()).contains("Nothing in this period."));
}
