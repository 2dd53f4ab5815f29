//! The voucher that somebody is given: A5, to be proud of.

use beadsbox_domain::{Date, Money, Person, Voucher};
use jiff::Timestamp;
use serde::Serialize;

use crate::{DocumentError, Language, Shop, amount, day, fitting, press::Press, qr};

mod book;

pub use book::VoucherBook;

/// A voucher, as it is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherPaper {
    /// In whose language.
    pub language: Language,
    /// What it is for.
    pub title: String,
    /// What the recipient gets; may be empty.
    pub description: String,
    /// What it is worth; none where the giver does not tell.
    pub price: Option<Money>,
    /// Who gets it.
    pub recipient: Option<String>,
    /// Who gives it.
    pub giver: Option<String>,
    /// What the giver writes.
    pub message: Option<String>,
    /// In groups: `XXXX-XXXX-XXXXX`.
    pub code: String,
    /// What the QR code says.
    pub qr: String,
    /// The last day on which it can be redeemed.
    pub expires_on: Option<Date>,
    /// The small print.
    pub terms: String,
    /// Who sold it.
    pub shop: Shop,
    /// Worth nothing: the paper says so, all over.
    pub training: bool,
}

/// The small print where nobody wrote another.
pub const fn terms(language: Language) -> &'static str {
    language.pick(
        "This voucher is good for what is described on it, once, in any of our shops, until its last day. Whoever presents it first may use it: \
         keep it safe, and do not share a picture of its code. It is not exchanged for cash. If it is lost, come to the shop with the receipt.",
        "Ce bon vaut pour ce qui y est décrit, une seule fois, dans chacune de nos boutiques, jusqu’à son dernier jour. La première personne \
         qui le présente peut l’utiliser\u{a0}: gardez-le en lieu sûr et ne partagez pas de photo de son code. Il n’est pas échangé contre des \
         espèces. En cas de perte, venez à la boutique avec le ticket.",
    )
}

/// What is added to it for a voucher that only one shop redeems without the network.
fn home_shop_terms(language: Language, shop: &str) -> String {
    let before = language.pick("Shops other than", "Les boutiques autres que");
    let after = language.pick("can take it only while they are online.", "ne l’acceptent que si elles sont en ligne.");
    format!("{before} {shop} {after}")
}

/// The template over these vouchers, each of which gets a page.
fn press(papers: &[VoucherPaper], document: &str, across: fn(&VoucherPaper) -> Option<&'static str>) -> Result<Press, DocumentError> {
    let language = papers.first().ok_or(DocumentError::Nothing)?.language.code();
    let pages = Pages { document, language, vouchers: papers.iter().map(|paper| paper.data(across(paper))).collect() };
    let press = Press::new("/voucher.typ", concat!(include_str!("../parts.typ"), include_str!("voucher.typ")), &pages)?;
    papers
        .iter()
        .enumerate()
        .try_fold(press, |press, (place, paper)| press.with(&format!("/qr-{place}.svg"), qr::svg(&paper.qr)?))
}

#[derive(Serialize)]
struct Pages<'a> {
    document: &'a str,
    language: &'static str,
    vouchers: Vec<Data<'a>>,
}

#[derive(Serialize)]
struct Words {
    overline: &'static str,
    recipient: &'static str,
    giver: &'static str,
    code: &'static str,
    valid: &'static str,
    redeem: &'static str,
    qr: &'static str,
    /// What stands across all of it, on paper that is worth nothing.
    across: Option<&'static str>,
}

#[derive(Serialize)]
struct Data<'a> {
    words: Words,
    title: String,
    description: Vec<String>,
    price: Option<String>,
    recipient: Option<String>,
    giver: Option<String>,
    message: Vec<String>,
    code: &'a str,
    valid: String,
    terms: Vec<String>,
    shop: String,
    address: Vec<String>,
}

impl VoucherPaper {
    /// The paper of a voucher, which does not tell its price. `home_shop` is what the only shop is called that redeems it without the
    /// network; none where any does.
    pub fn of(voucher: &Voucher, person: Option<&Person>, qr: String, home_shop: Option<&str>, shop: Shop, language: Language) -> Self {
        Self {
            language,
            title: voucher.snapshot.title.as_str().to_owned(),
            description: voucher.snapshot.description.as_str().to_owned(),
            price: None,
            recipient: person.and_then(|person| person.recipient.clone()).map(String::from),
            // Who buys for themselves gives to nobody.
            giver: person.filter(|person| person.recipient.is_some()).map(|person| person.buyer.as_str().to_owned()),
            message: person.and_then(|person| person.message.clone()).map(String::from),
            code: voucher.code.to_string(),
            qr,
            expires_on: voucher.expires_on,
            terms: match home_shop {
                Some(home) => format!("{} {}", terms(language), home_shop_terms(language, home)),
                None => terms(language).to_owned(),
            },
            shop,
            training: false,
        }
    }

    /// As a PDF of one page, that says that it was made at that moment. Texts of any length shrink until they fit.
    pub fn pdf(&self, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        press(std::slice::from_ref(self), &self.document(), VoucherPaper::across)?.pdf(&format!("voucher {}", self.code), made)
    }

    fn document(&self) -> String {
        format!("{} {}", self.language.pick("Gift voucher", "Bon cadeau"), self.code)
    }

    fn across(&self) -> Option<&'static str> {
        self.training.then(|| self.language.pick("TRAINING · NO VALUE", "FORMATION · SANS VALEUR"))
    }

    /// How it would look, as an SVG picture that says all over that it is no voucher.
    pub fn specimen(&self) -> Result<String, DocumentError> {
        press(std::slice::from_ref(self), &self.document(), |paper| Some(paper.language.pick("SPECIMEN", "SPÉCIMEN")))?.svg()
    }

    fn data(&self, across: Option<&'static str>) -> Data<'_> {
        let language = self.language;
        let optional = |text: &Option<String>| text.as_deref().map(fitting::breakable).filter(|text| !text.is_empty());
        let valid = || language.pick("No end date", "Sans limite de date").to_owned();
        Data {
            words: self.words(across),
            title: fitting::breakable(&self.title),
            description: fitting::lines(&self.description),
            price: self.price.map(|price| amount::amount(price, language)),
            recipient: optional(&self.recipient),
            giver: optional(&self.giver),
            message: self.message.as_deref().map(fitting::lines).unwrap_or_default(),
            code: &self.code,
            valid: self.expires_on.map_or_else(valid, |last| day::long(last, language)),
            terms: fitting::lines(&self.terms),
            shop: fitting::breakable(&self.shop.name),
            address: self.shop.lines.iter().map(|line| fitting::breakable(line)).collect(),
        }
    }

    fn words(&self, across: Option<&'static str>) -> Words {
        let language = self.language;
        Words {
            overline: language.pick("Gift voucher", "Bon cadeau"),
            recipient: language.pick("For", "Pour"),
            giver: language.pick("From", "De la part de"),
            code: language.pick("Code", "Code"),
            valid: if self.expires_on.is_some() {
                language.pick("Valid until", "Valable jusqu’au")
            } else {
                language.pick("Validity", "Validité")
            },
            redeem: language.pick("Show at the counter", "À présenter en caisse"),
            qr: language.pick("QR code of the voucher", "QR code du bon"),
            across,
        }
    }
}
