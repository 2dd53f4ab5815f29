//! A mail as it goes over the wire.

use beadsbox_domain::{Timestamp, text::Email};
use lettre::{
    Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use super::text::Filled;
use crate::error::Failure;

/// A mail to one person.
pub(crate) struct Letter {
    pub to_name: Option<String>,
    pub to: Email,
    pub filled: Filled,
    /// PDFs, each with the name of its file.
    pub papers: Vec<(String, Vec<u8>)>,
    /// What stands before the `@` of the Message-ID: the same for every attempt.
    pub id: String,
    /// When it was written; the same for every attempt.
    pub date: Timestamp,
}

impl Letter {
    /// The mail. Names and subject are encoded by lettre, which lets no line end through.
    pub(super) fn message(&self, from: &Mailbox, to: Mailbox) -> Result<Message, Failure> {
        let defect = |error: &dyn std::fmt::Display| Failure::Defect(format!("a mail cannot be put together: {error}"));
        let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let builder = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(self.filled.subject.clone())
            .message_id(Some(format!("<{}@{}>", self.id, from.email.domain())))
            .date(self.date.into())
            .raw_header(auto);
        let words = MultiPart::alternative()
            .singlepart(SinglePart::plain(self.filled.text.clone()))
            .singlepart(SinglePart::html(self.filled.html.clone()));
        if self.papers.is_empty() {
            return builder.multipart(words).map_err(|error| defect(&error));
        }
        let pdf = ContentType::parse("application/pdf").map_err(|error| defect(&error))?;
        let whole = self.papers.iter().fold(MultiPart::mixed().multipart(words), |whole, (name, bytes)| {
            whole.singlepart(Attachment::new(name.clone()).body(bytes.clone(), pdf.clone()))
        });
        builder.multipart(whole).map_err(|error| defect(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::send::mailbox;

    fn sent(name: &str, subject: &str) -> String {
        let letter = Letter {
            to_name: Some(name.to_owned()),
            to: Email::new("ada@example.org").unwrap(),
            filled: Filled { subject: subject.to_owned(), text: "Bonjour, voilà.".to_owned(), html: "<p>Bonjour, voilà.</p>".to_owned() },
            papers: vec![("voucher-1.pdf".to_owned(), b"%PDF-1.7".to_vec())],
            id: "voucher.1".to_owned(),
            date: "2026-11-26T09:00:00Z".parse().unwrap(),
        };
        let from = "My Beads Box <vouchers@example.com>".parse().unwrap();
        let to = mailbox(letter.to_name.as_deref(), &letter.to).unwrap();
        String::from_utf8(letter.message(&from, to).unwrap().formatted()).unwrap()
    }

    fn header<'a>(mail: &'a str, name: &str) -> &'a str {
        let head = mail.split("\r\n\r\n").next().unwrap();
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
    }

    #[test]
    fn a_mail_says_what_it_is_and_is_the_same_each_time() {
        let mail = sent("Ada", "Votre bon");
        assert_eq!(header(&mail, "Message-ID"), "<voucher.1@example.com>");
        assert_eq!(header(&mail, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(&mail, "Date"), "Thu, 26 Nov 2026 09:00:00 +0000");
        for part in ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "voucher-1.pdf"] {
            assert!(mail.contains(part), "{part} in {mail}");
        }
    }

    #[test]
    fn no_name_and_no_subject_adds_a_header() {
        for hostile in ["Ada\r\nBcc: eve@example.org", "Ada\nBcc: eve@example.org", "Ada\rBcc: eve@example.org", "\"Ada\" <eve@example.org>"] {
            let mail = sent(hostile, hostile);
            let head = mail.split("\r\n\r\n").next().unwrap();
            assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{hostile:?}: {head}");
            assert_eq!(head.matches("\r\nTo: ").count() + usize::from(head.starts_with("To: ")), 1, "{head}");
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{hostile:?}: {head:?}");
        }
    }

    #[test]
    fn letters_of_any_script_arrive() {
        let mail = sent("Zoë Ångström 你好", "Votre bon « Cuisine »");
        assert!(mail.is_ascii(), "no mail server has to know more");
        assert!(header(&mail, "Subject").contains("=?utf-8?"), "{mail}");
    }
}
