//! What a mail says that no admin words: whoever does something to somebody does not choose what they hear of it.

use beadsbox_protocol::mail::MailLanguage;

use super::{Filled, fill::laid_out};
use crate::error::Failure;

/// Tells somebody, at an address that is theirs no longer, who changed it.
pub(crate) fn address_changed(language: MailLanguage, name: &str, by: &str) -> Result<Filled, Failure> {
    let (subject, text) = match language {
        MailLanguage::En => (
            "Your address in My Beads Box was changed",
            format!(
                "Hello {name},\n\n\
                 {by} changed the address at which My Beads Box writes to you. Nothing comes here any more: neither what you ask for, nor the code with \
                 which another password is set for you.\n\n\
                 If you know of it, there is nothing to do. If you do not, tell another admin at once, in person or by telephone: somebody may be about \
                 to sign in as you."
            ),
        ),
        MailLanguage::Fr => (
            "Votre adresse dans My Beads Box a été modifiée",
            format!(
                "Bonjour {name},\n\n\
                 {by} a modifié l’adresse à laquelle My Beads Box vous écrit. Plus rien n’arrive ici\u{a0}: ni ce que vous demandez, ni le code qui permet \
                 de choisir un autre mot de passe pour vous.\n\n\
                 Si vous le saviez, il n’y a rien à faire. Sinon, prévenez tout de suite un autre admin, de vive voix ou par téléphone\u{a0}: quelqu’un \
                 s’apprête peut-être à se connecter à votre place."
            ),
        ),
    };
    laid_out(language, subject.to_owned(), text).map_err(|error| Failure::Defect(format!("a mail of the program's own words: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_did_it_and_what_a_name_holds_is_no_html() {
        for language in MailLanguage::ALL {
            let filled = address_changed(language, "Ada <b>", "Adrien {{ name }}").unwrap();
            assert!(filled.text.contains("Ada <b>") && filled.text.contains("Adrien {{ name }}"), "{}", filled.text);
            assert!(filled.html.contains("Ada &lt;b&gt;") && filled.html.contains("Adrien {{ name }}"), "{}", filled.html);
            assert_eq!(filled.html.matches("<p ").count(), 3, "{}", filled.html);
        }
    }
}
