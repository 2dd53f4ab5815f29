//! The words of reports, in both languages.

use beadsbox_documents::Language;
use beadsbox_domain::{Payment, Status, Vat, ledger::EntryKind};
use beadsbox_protocol::report::{Age, Made, Until};

use uuid::Uuid;

/// One or the other.
pub(in crate::usecase) const fn pick(language: Language, en: &'static str, fr: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// Where a voucher stands.
pub(in crate::usecase) const fn status(status: Status, language: Language) -> &'static str {
    match status {
        Status::Purchased => pick(language, "valid", "valable"),
        Status::Used => pick(language, "used", "utilisé"),
        Status::Cancelled => pick(language, "cancelled", "annulé"),
        Status::Refunded => pick(language, "refunded", "remboursé"),
        Status::Expired => pick(language, "expired", "expiré"),
        Status::Replaced => pick(language, "replaced", "remplacé"),
    }
}

pub(super) const fn total(language: Language) -> &'static str {
    pick(language, "Total", "Total")
}

/// Who sold what nobody sold at a device.
pub(in crate::usecase) const fn shop_page(language: Language) -> &'static str {
    pick(language, "Shop page", "Page de la boutique")
}

/// A shop, a template or a staff member; the server itself has no name.
pub(super) fn name(made: &Made, id: Uuid, language: Language) -> String {
    match made.name(id) {
        "" if id.is_nil() => pick(language, "the server", "le serveur").to_owned(),
        "" => pick(language, "unknown", "inconnu").to_owned(),
        name => name.to_owned(),
    }
}

/// How money came; online where the shop page took it.
pub(super) const fn payment(payment: Option<Payment>, online: bool, language: Language) -> &'static str {
    match payment {
        Some(_) if online => pick(language, "online", "en ligne"),
        Some(Payment::Cash) => pick(language, "cash", "espèces"),
        Some(Payment::CardTerminal) => pick(language, "card", "carte"),
        Some(Payment::Other) => pick(language, "other", "autre"),
        None => "",
    }
}

pub(super) const fn vat_kind(vat: Vat, language: Language) -> &'static str {
    match vat {
        Vat::SinglePurpose { .. } => pick(language, "single-purpose", "à usage unique"),
        Vat::MultiPurpose => pick(language, "multi-purpose", "à usages multiples"),
    }
}

pub(super) const fn age(age: Age, language: Language) -> &'static str {
    match age {
        Age::Under3 => pick(language, "under 3 months", "moins de 3 mois"),
        Age::Under6 => pick(language, "3 to 6 months", "3 à 6 mois"),
        Age::Under12 => pick(language, "6 to 12 months", "6 à 12 mois"),
        Age::Under24 => pick(language, "12 to 24 months", "12 à 24 mois"),
        Age::Over24 => pick(language, "24 months and more", "24 mois et plus"),
    }
}

pub(super) const fn until(until: Until, language: Language) -> &'static str {
    match until {
        Until::Overdue => pick(language, "Overdue", "Échus"),
        Until::Under1 => pick(language, "Under 1 month left", "Moins de 1 mois"),
        Until::Under3 => pick(language, "1 to 3 months left", "1 à 3 mois"),
        Until::Under6 => pick(language, "3 to 6 months left", "3 à 6 mois"),
        Until::Under12 => pick(language, "6 to 12 months left", "6 à 12 mois"),
        Until::Over12 => pick(language, "12 months and more left", "12 mois et plus"),
        Until::Never => pick(language, "No last day", "Sans échéance"),
    }
}

pub(super) const fn entry(kind: EntryKind, language: Language) -> &'static str {
    match kind {
        EntryKind::Sold => pick(language, "Vouchers sold", "Bons vendus"),
        EntryKind::Redeemed => pick(language, "Vouchers redeemed", "Bons utilisés"),
        EntryKind::Undone => pick(language, "Redemptions undone", "Utilisations annulées"),
        EntryKind::Cancelled => pick(language, "Vouchers cancelled", "Bons annulés"),
        EntryKind::Refunded => pick(language, "Vouchers refunded", "Bons remboursés"),
        EntryKind::Expired => pick(language, "Vouchers expired", "Bons expirés"),
        EntryKind::ExpiredHonoured => pick(language, "Expired vouchers honoured", "Bons expirés honorés"),
        EntryKind::Extended => pick(language, "Vouchers extended", "Bons prolongés"),
        EntryKind::ReplacedOut => pick(language, "Vouchers replaced", "Bons remplacés"),
        EntryKind::ReplacedIn => pick(language, "Replacement vouchers", "Bons de remplacement"),
        EntryKind::TakenOver => pick(language, "Vouchers taken over", "Bons repris"),
        EntryKind::DifferencePaid => pick(language, "Differences of exchanges", "Différences d'échange"),
        EntryKind::ChargedBack => pick(language, "Chargebacks", "Impayés"),
        EntryKind::AtStake => pick(language, "Conflicts", "Conflits"),
        EntryKind::Settled => pick(language, "Conflicts settled", "Conflits réglés"),
    }
}

/// That there is more than is shown.
pub(super) const fn cut(language: Language) -> &'static str {
    pick(
        language,
        "There is more than this report holds: choose a shorter period, or narrow it.",
        "Ce rapport ne contient pas tout\u{a0}: choisissez une période plus courte, ou affinez.",
    )
}
