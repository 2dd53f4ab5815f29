//! Who and what the sample data are about.

use beadsbox_domain::{
    Currency, Money, Person, Role, ShopId, StaffId, TemplateContent, TemplateId, Vat,
    text::{Description, Email, Message, PersonName, Title},
};
use uuid::Uuid;

use super::sampler::Sampler;
use crate::error::Failure;

/// A shop with its till.
pub(super) struct SampleShop {
    pub id: ShopId,
    pub name: &'static str,
    pub time_zone: &'static str,
}

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0001_0000 + number)
}

pub(super) const SHOPS: [SampleShop; 3] = [
    SampleShop { id: ShopId(id(1)), name: "Paris Marais", time_zone: "Europe/Paris" },
    SampleShop { id: ShopId(id(2)), name: "Lyon Croix-Rousse", time_zone: "Europe/Paris" },
    SampleShop { id: ShopId(id(3)), name: "Lisboa Alfama", time_zone: "Europe/Lisbon" },
];

/// A staff member; `shop` is the one whose till they stand at.
pub(super) struct SampleStaff {
    pub id: StaffId,
    pub name: &'static str,
    pub password: &'static str,
    pub role: Role,
}

pub(super) const STAFF: [SampleStaff; 5] = [
    SampleStaff { id: StaffId(id(11)), name: "Camille", password: "camille-beads", role: Role::Counter },
    SampleStaff { id: StaffId(id(12)), name: "Noé", password: "noe-beads", role: Role::Counter },
    SampleStaff { id: StaffId(id(13)), name: "Inês", password: "ines-beads", role: Role::Counter },
    SampleStaff { id: StaffId(id(14)), name: "Margaux", password: "margaux-beads", role: Role::BackOffice },
    SampleStaff { id: StaffId(id(15)), name: "Adrien", password: "adrien-beads", role: Role::Admin },
];

pub(super) const BACK_OFFICE: StaffId = STAFF[3].id;
pub(super) const ADMIN: StaffId = STAFF[4].id;

/// A template of the sample data.
pub(super) struct SampleTemplate {
    pub id: TemplateId,
    pub title: &'static str,
    pub description: &'static str,
    pub minor: i64,
    pub currency: &'static str,
    pub months: Option<u16>,
    pub vat: Vat,
    pub archived: bool,
}

const TWENTY: Vat = Vat::SinglePurpose { rate_basis_points: 2000 };
const TEN: Vat = Vat::SinglePurpose { rate_basis_points: 1000 };

pub(super) const TEMPLATES: [SampleTemplate; 7] = [
    template(
        21,
        "Bead weaving for beginners",
        "Three hours, two hundred beads, one bracelet that nobody else has.",
        4500,
        Some(3),
        TWENTY,
    ),
    template(22, "Tasting of forgotten vegetables", "Nine roots, two chefs, and a recipe for each to take home.", 3900, Some(1), TEN),
    template(
        23,
        "Pottery wheel for two",
        "Side by side at the wheel for an afternoon. Glazing and firing included; pick up two weeks later.",
        8900,
        Some(6),
        TWENTY,
    ),
    template(
        24,
        "Sunrise balloon flight",
        "Up before the birds, an hour above the river, breakfast in a meadow.\n\nIf the wind says no, we find another day.",
        24900,
        Some(24),
        TEN,
    ),
    SampleTemplate {
        vat: Vat::MultiPurpose,
        ..template(
            25,
            "Night among the owls",
            "A walk after dusk with an ornithologist, hot soup, and a hut with a view of the nests.",
            12900,
            None,
            TWENTY,
        )
    },
    SampleTemplate {
        currency: "JPY",
        ..template(26, "Kintsugi afternoon", "Mend a cup with lacquer and gold, and learn to like the crack.", 9800, Some(12), TWENTY)
    },
    SampleTemplate {
        archived: true,
        ..template(27, "Midsummer canoe picnic", "Down the river with a basket. Was lovely; the canoes are retired.", 5900, Some(6), TEN)
    },
];

const fn template(number: u128, title: &'static str, description: &'static str, minor: i64, months: Option<u16>, vat: Vat) -> SampleTemplate {
    SampleTemplate { id: TemplateId(id(number)), title, description, minor, currency: "EUR", months, vat, archived: false }
}

impl SampleTemplate {
    pub fn content(&self) -> Result<TemplateContent, Failure> {
        Ok(TemplateContent {
            title: sound(Title::new(self.title))?,
            description: sound(Description::new(self.description))?,
            price: Money::new(self.minor, sound(Currency::from_code(self.currency))?),
            validity_months: self.months,
            vat: self.vat,
        })
    }
}

pub(super) fn sound<T, E: std::fmt::Display>(made: Result<T, E>) -> Result<T, Failure> {
    made.map_err(|error| Failure::Defect(format!("sample data: {error}")))
}

/// Given names with their plain letters.
const GIVEN: [(&str, &str); 24] = [
    ("Agathe", "agathe"),
    ("Bilal", "bilal"),
    ("Chloé", "chloe"),
    ("Duarte", "duarte"),
    ("Élodie", "elodie"),
    ("Farid", "farid"),
    ("Gwenaëlle", "gwenaelle"),
    ("Hugo", "hugo"),
    ("Ingrid", "ingrid"),
    ("João", "joao"),
    ("Kenza", "kenza"),
    ("Léonie", "leonie"),
    ("Malo", "malo"),
    ("Nadia", "nadia"),
    ("Océane", "oceane"),
    ("Pedro", "pedro"),
    ("Quitterie", "quitterie"),
    ("Rafaël", "rafael"),
    ("Solange", "solange"),
    ("Tomás", "tomas"),
    ("Ulysse", "ulysse"),
    ("Violette", "violette"),
    ("Wassim", "wassim"),
    ("Zoé", "zoe"),
];

const FAMILY: [(&str, &str); 24] = [
    ("Abecassis", "abecassis"),
    ("Beaumont", "beaumont"),
    ("Carvalho", "carvalho"),
    ("Delacroix", "delacroix"),
    ("Etcheverry", "etcheverry"),
    ("Ferreira", "ferreira"),
    ("Guérin", "guerin"),
    ("Haddad", "haddad"),
    ("Imbert", "imbert"),
    ("Joubert", "joubert"),
    ("Kowalski", "kowalski"),
    ("Lefèvre", "lefevre"),
    ("Marchand", "marchand"),
    ("Nogueira", "nogueira"),
    ("Ollivier", "ollivier"),
    ("Pacheco", "pacheco"),
    ("Quentin", "quentin"),
    ("Rousseau", "rousseau"),
    ("Santos", "santos"),
    ("Teixeira", "teixeira"),
    ("Urbain", "urbain"),
    ("Vasseur", "vasseur"),
    ("Weber", "weber"),
    ("Zidi", "zidi"),
];

const MESSAGES: [&str; 6] = [
    "Happy birthday! No more excuses.",
    "For all the evenings you cooked for us.",
    "Bon anniversaire, et surtout : amuse-toi.",
    "Parabéns! Um abraço de todos nós.",
    "You said you wanted to try this in 2019.\nTime is up.",
    "To the best neighbours in the street.",
];

pub(super) fn person(sampler: &mut Sampler) -> Result<Person, Failure> {
    let ((given, plain_given), (family, plain_family)) = (*sampler.pick(&GIVEN), *sampler.pick(&FAMILY));
    let email = if sampler.once_in(3) {
        None
    } else {
        Some(sound(Email::new(&format!("{plain_given}.{plain_family}@example.org")))?)
    };
    let is_gift = sampler.once_in(2);
    let recipient = if is_gift {
        Some(sound(PersonName::new(&format!("{} {family}", sampler.pick(&GIVEN).0)))?)
    } else {
        None
    };
    let message = if is_gift && sampler.once_in(2) {
        Some(sound(Message::new(sampler.pick::<&str>(&MESSAGES)))?)
    } else {
        None
    };
    Ok(Person { buyer: sound(PersonName::new(&format!("{given} {family}")))?, email, recipient, message })
}
