//! What a text may name.

use beadsbox_documents::{Language, written_amount, written_day};
use beadsbox_domain::{Person, Voucher};
use beadsbox_protocol::mail::MailKind;
use serde::Serialize;

/// What the text of a kind is filled in with.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Values {
    Voucher(VoucherValues),
    Reminder(ReminderValues),
    PasswordReset(ResetValues),
}

#[derive(Serialize)]
pub(crate) struct VoucherValues {
    pub buyer: String,
    pub shop: String,
    /// A line for each voucher of the mail.
    pub vouchers: String,
    pub voucher: OneVoucher,
}

/// What reminds of vouchers that end on one day.
#[derive(Serialize)]
pub(crate) struct ReminderValues {
    #[serde(flatten)]
    pub vouchers: VoucherValues,
    /// Their last day.
    pub last_day: String,
}

/// The first voucher of the mail. What it has not is empty.
#[derive(Serialize)]
pub(crate) struct OneVoucher {
    pub code: String,
    pub title: String,
    pub price: String,
    pub expires: String,
    pub recipient: String,
}

#[derive(Serialize)]
pub(crate) struct ResetValues {
    pub name: String,
    pub token: String,
}

/// The names that a text of that kind may use: the fields above.
pub(crate) const fn names(kind: MailKind) -> &'static [&'static str] {
    match kind {
        MailKind::Voucher => &["buyer", "shop", "vouchers", "voucher.code", "voucher.title", "voucher.price", "voucher.expires", "voucher.recipient"],
        MailKind::Reminder => {
            &["last_day", "buyer", "shop", "vouchers", "voucher.code", "voucher.title", "voucher.price", "voucher.expires", "voucher.recipient"]
        }
        MailKind::PasswordReset => &["name", "token"],
    }
}

impl OneVoucher {
    fn of(voucher: &Voucher, person: &Person, language: Language) -> Self {
        Self {
            code: voucher.code.to_string(),
            title: voucher.snapshot.title.as_str().to_owned(),
            price: written_amount(voucher.snapshot.price, language),
            expires: voucher.expires_on.map(|day| written_day(day, language)).unwrap_or_default(),
            recipient: person.recipient.as_ref().map(|recipient| recipient.as_str().to_owned()).unwrap_or_default(),
        }
    }

    /// The voucher in one line.
    pub(super) fn line(&self, language: Language) -> String {
        let mut parts = vec![self.title.clone()];
        if !self.recipient.is_empty() {
            parts.push(format!("{} {}", language.pick("for", "pour"), self.recipient));
        }
        parts.extend([self.price.clone(), self.code.clone()]);
        if !self.expires.is_empty() {
            parts.push(format!("{} {}", language.pick("valid until", "valable jusqu’au"), self.expires));
        }
        format!("• {}", parts.join(" · "))
    }
}

/// What a mail with these vouchers of one buyer says; none where there is no voucher.
pub(crate) fn voucher_values(vouchers: &[(Voucher, Person)], shop: &str, language: Language) -> Option<VoucherValues> {
    let buyer = vouchers.first()?.1.buyer.as_str().to_owned();
    let ones: Vec<OneVoucher> = vouchers.iter().map(|(voucher, person)| OneVoucher::of(voucher, person, language)).collect();
    let lines = ones.iter().map(|one| one.line(language)).collect::<Vec<_>>().join("\n");
    Some(VoucherValues { buyer, shop: shop.to_owned(), vouchers: lines, voucher: ones.into_iter().next()? })
}

#[cfg(test)]
mod tests {
    use beadsbox_protocol::mail::MailLanguage;
    use serde_json::Value;

    use super::*;
    use crate::mail::text::sample;

    /// The leaves of an object, as a text names them.
    fn leaves(value: &Value, before: &str, found: &mut Vec<String>) {
        for (name, value) in value.as_object().unwrap() {
            let name = format!("{before}{name}");
            if value.is_object() {
                leaves(value, &format!("{name}."), found);
            } else {
                found.push(name);
            }
        }
    }

    #[test]
    fn a_text_may_name_what_it_is_filled_in_with_and_nothing_else() {
        for kind in MailKind::ALL {
            let mut found = Vec::new();
            leaves(&serde_json::to_value(sample(kind, MailLanguage::En)).unwrap(), "", &mut found);
            let mut listed: Vec<String> = names(kind).iter().map(|name| (*name).to_owned()).collect();
            found.sort();
            listed.sort();
            assert_eq!(found, listed, "{kind:?}");
        }
    }
}
