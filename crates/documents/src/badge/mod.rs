//! The badge by which a staff member is known at a till: a card of the size that every wallet has (ID-1), to be cut out.

use jiff::Timestamp;
use serde::Serialize;

use crate::{DocumentError, Language, fitting, press::Press, qr};

/// A badge, as it is cut out and worn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgePaper {
    /// In whose language.
    pub language: Language,
    /// Whose staff.
    pub organisation: String,
    /// Whose it is.
    pub name: String,
    /// What the QR code says. Whoever holds it is taken for that person.
    pub qr: String,
}

#[derive(Serialize)]
struct Data {
    language: &'static str,
    document: String,
    organisation: String,
    name: String,
    overline: &'static str,
    scan: &'static str,
    alt: &'static str,
    cut: &'static str,
    lost: &'static str,
}

impl BadgePaper {
    /// As a PDF of one page, that says that it was made at that moment. Names of any length shrink until they fit.
    pub fn pdf(&self, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        Press::new("/badge.typ", concat!(include_str!("../parts.typ"), include_str!("badge.typ")), &self.data())?
            .with("/qr.svg", qr::svg(&self.qr)?)?
            .pdf(&format!("badge {}", self.name), made)
    }

    fn data(&self) -> Data {
        let language = self.language;
        Data {
            language: language.code(),
            document: format!("{} {}", language.pick("Badge of", "Badge de"), self.name),
            organisation: fitting::breakable(&self.organisation),
            name: fitting::breakable(&self.name),
            overline: language.pick("Staff", "Équipe"),
            scan: language.pick("Scan at the till", "À scanner en caisse"),
            alt: language.pick("QR code of the badge", "QR code du badge"),
            cut: language.pick("Cut out along the dashed line.", "À découper le long des pointillés."),
            lost: language.pick(
                "Whoever holds this badge works in your name. If it is lost, have a new one made at once: it ends this one.",
                "Qui tient ce badge travaille en votre nom. S’il est perdu, faites-en créer un nouveau aussitôt\u{a0}: il met fin à celui-ci.",
            ),
        }
    }
}
