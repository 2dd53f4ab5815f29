//! The program's own texts.

use beadsbox_protocol::mail::{MailKind, MailLanguage, MailWords};

/// What is sent where no admin wrote another.
pub(crate) fn default_words(kind: MailKind, language: MailLanguage) -> MailWords {
    let (subject, body) = match (kind, language) {
        (MailKind::Voucher, MailLanguage::En) => ("Your voucher from {{ shop }}", VOUCHER_EN),
        (MailKind::Voucher, MailLanguage::Fr) => ("Votre bon cadeau de {{ shop }}", VOUCHER_FR),
        (MailKind::Reminder, MailLanguage::En) => ("Your voucher from {{ shop }} is good until {{ last_day }}", REMINDER_EN),
        (MailKind::Reminder, MailLanguage::Fr) => ("Votre bon cadeau de {{ shop }} est valable jusqu’au {{ last_day }}", REMINDER_FR),
        (MailKind::PasswordReset, MailLanguage::En) => ("Another password for My Beads Box", RESET_EN),
        (MailKind::PasswordReset, MailLanguage::Fr) => ("Un autre mot de passe pour My Beads Box", RESET_FR),
    };
    MailWords { subject: subject.to_owned(), body: body.trim().to_owned() }
}

const VOUCHER_EN: &str = "
Hello {{ buyer }},

Thank you for your purchase. Your voucher is attached, ready to be printed or passed on:

{{ vouchers }}

Show its QR code at the counter, on paper or on a phone. Whoever presents it first may use it, so please keep it safe.

See you soon,
{{ shop }}
";

const VOUCHER_FR: &str = "
Bonjour {{ buyer }},

Merci de votre achat. Votre bon est joint à ce message, prêt à être imprimé ou transmis\u{a0}:

{{ vouchers }}

Présentez son QR code en caisse, sur papier ou sur un téléphone. La première personne qui le présente peut l’utiliser\u{a0}: gardez-le en lieu sûr.

À bientôt,
{{ shop }}
";

const REMINDER_EN: &str = "
Hello {{ buyer }},

This voucher can still be used, until {{ last_day }}:

{{ vouchers }}

It is attached once more, in case it is not at hand. If you gave it to somebody, please let them know.

See you soon,
{{ shop }}
";

const REMINDER_FR: &str = "
Bonjour {{ buyer }},

Ce bon peut encore être utilisé, jusqu’au {{ last_day }}\u{a0}:

{{ vouchers }}

Il est joint une nouvelle fois, au cas où vous ne l’auriez pas sous la main. Si vous l’avez offert, pensez à prévenir la personne.

À bientôt,
{{ shop }}
";

const RESET_EN: &str = "
Hello {{ name }},

Somebody asked to set another password for you in My Beads Box. If it was you, paste this code into the program, where you asked for it:

{{ token }}

It is good for one hour, once.

If it was not you, there is nothing to do: your password stays as it is.
";

const RESET_FR: &str = "
Bonjour {{ name }},

Quelqu’un a demandé un autre mot de passe pour vous dans My Beads Box. Si c’était vous, collez ce code dans le programme, là où vous l’avez demandé\u{a0}:

{{ token }}

Il est valable une heure, une seule fois.

Si ce n’était pas vous, il n’y a rien à faire\u{a0}: votre mot de passe reste le même.
";
