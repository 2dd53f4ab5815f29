//! The report of a till's closed day: everything comes from the close, so it is the same on every print.

mod tables;

use beadsbox_domain::{DayClose, day::Sums};
use jiff::{Timestamp, civil::DateTime};
use serde::Serialize;

use self::tables::Table;
use crate::{DocumentError, Language, day, press::Press};

/// A closed day, as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// In whose language.
    pub language: Language,
    /// The shop's name.
    pub shop: String,
    /// The till's name.
    pub till: String,
    /// When it was closed, by the clock of the shop.
    pub closed_at: DateTime,
    /// By whom.
    pub closed_by: String,
    /// What each person did.
    pub people: Vec<ReportPerson>,
    /// What it is found by in the books.
    pub reference: String,
    /// The close itself.
    pub close: DayClose,
    /// Nothing of it is real.
    pub training: bool,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPerson {
    /// The name; empty where nobody knows it.
    pub name: String,
    /// By currency.
    pub sums: Vec<Sums>,
}

#[derive(Serialize)]
struct Data<'a> {
    language: &'static str,
    document: String,
    overline: &'static str,
    title: String,
    number: String,
    shop: &'a str,
    facts: Vec<(&'static str, String)>,
    notes: Vec<Note>,
    tables: Vec<Table>,
    footer: String,
    page: &'static str,
}

/// What a person decided, with the reason.
#[derive(Serialize)]
struct Note {
    title: String,
    text: String,
}

impl DayReport {
    /// As a PDF on A4, that says that it was made at that moment.
    pub fn pdf(&self, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        let ident = format!("day close {} {}", self.close.number, self.reference);
        Press::new("/close.typ", include_str!("close.typ"), &self.data()?)?.pdf(&ident, made)
    }

    fn data(&self) -> Result<Data<'_>, DocumentError> {
        let (language, close) = (self.language, &self.close);
        let title = day::long(close.day, language);
        let number = format!("{}\u{a0}{}", language.pick("No.", "n°"), close.number);
        Ok(Data {
            language: language.code(),
            document: format!("{} {number}, {title}", language.pick("Day close", "Clôture de caisse")),
            overline: language.pick("Day close", "Clôture de caisse"),
            title,
            number,
            shop: &self.shop,
            facts: self.facts(),
            notes: self.notes(),
            tables: tables::all(self)?,
            footer: self.footer(),
            page: language.pick("Page", "Page"),
        })
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let language = self.language;
        let somebody = || language.pick("unknown", "inconnu").to_owned();
        vec![
            (language.pick("Till", "Caisse"), self.till.clone()),
            (language.pick("Closed", "Clôturée"), day::moment(self.closed_at)),
            (language.pick("By", "Par"), if self.closed_by.is_empty() { somebody() } else { self.closed_by.clone() }),
        ]
    }

    fn notes(&self) -> Vec<Note> {
        let (language, close) = (self.language, &self.close);
        let mut notes = Vec::new();
        if self.training {
            let text = language.pick("Nothing of this happened. It counts in no books.", "Rien de ceci n’a eu lieu. Rien n’est comptabilisé.");
            notes.push(Note { title: language.pick("TRAINING · NO VALUE", "FORMATION · SANS VALEUR").to_owned(), text: text.to_owned() });
        }
        if let Some(reason) = &close.difference_reason {
            notes.push(Note { title: language.pick("Why the cash differs", "Motif de l’écart de caisse").to_owned(), text: reason.to_string() });
        }
        if let Some(unsent) = &close.unsent {
            let title = match language {
                Language::En => format!("Closed over operations not yet sent: {}", unsent.count),
                Language::Fr => format!("Clôturée avec des opérations non envoyées\u{a0}: {}", unsent.count),
            };
            notes.push(Note { title, text: unsent.reason.to_string() });
        }
        if close.unvalued > 0 {
            let title = match language {
                Language::En => format!("Vouchers whose value the till did not know: {}", close.unvalued),
                Language::Fr => format!("Bons dont la caisse ne connaissait pas la valeur\u{a0}: {}", close.unvalued),
            };
            let text = language.pick("They stand in no sum.", "Ils ne figurent dans aucun total.").to_owned();
            notes.push(Note { title, text });
        }
        notes
    }

    fn footer(&self) -> String {
        let (from, to) = (self.close.after_seq + 1, self.close.through_seq);
        let nothing = self.close.after_seq == self.close.through_seq;
        let covered = match (self.language, nothing) {
            (Language::En, true) => "covers no operation".to_owned(),
            (Language::Fr, true) => "ne couvre aucune opération".to_owned(),
            (Language::En, false) => format!("covers operations {from} to {to}"),
            (Language::Fr, false) => format!("couvre les opérations {from} à {to}"),
        };
        format!("{} · {covered}", self.reference)
    }
}
