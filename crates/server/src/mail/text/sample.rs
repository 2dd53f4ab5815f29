//! What a text is filled in with before there is a mail: for the preview, and for a test.

use beadsbox_documents::{Language, written_amount, written_day};
use beadsbox_domain::{Currency, Date, Money};
use beadsbox_protocol::mail::{MailKind, MailLanguage};

use super::{ReminderValues, ResetValues, Values, VoucherValues, values::OneVoucher};
use crate::mail::voucher::paper_language;

/// Sample data of that kind.
pub(crate) fn sample(kind: MailKind, language: MailLanguage) -> Values {
    let language = paper_language(language);
    match kind {
        MailKind::Voucher => Values::Voucher(voucher(language)),
        MailKind::Reminder => {
            let vouchers = voucher(language);
            Values::Reminder(ReminderValues { last_day: vouchers.voucher.expires.clone(), vouchers })
        }
        MailKind::PasswordReset => Values::PasswordReset(ResetValues { name: "Margaux".to_owned(), token: "0123456789abcdef".repeat(4) }),
    }
}

fn voucher(language: Language) -> VoucherValues {
    let one = OneVoucher {
        code: "7Q4M-K2ZT-9XH3B".to_owned(),
        title: language.pick("Quantum Cuisine – introductory course", "Cuisine quantique – cours pour débutants").to_owned(),
        price: Currency::from_code("EUR").map(|euro| written_amount(Money::new(4136, euro), language)).unwrap_or_default(),
        expires: written_day(Date::constant(2027, 12, 31), language),
        recipient: "Odile Martin".to_owned(),
    };
    VoucherValues { buyer: "Léa Dubois".to_owned(), shop: "My Beads Box Montmartre".to_owned(), vouchers: one.line(language), voucher: one }
}
