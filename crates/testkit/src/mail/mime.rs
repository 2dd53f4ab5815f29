//! A mail, taken apart as a reader's program does.

use std::time::Instant;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Whom it was handed over for.
    pub to: Vec<String>,
    /// All of it, as it came.
    pub raw: String,
    /// When it had come.
    pub at: Instant,
}

/// A part that holds no others.
struct Part {
    content_type: String,
    body: Vec<u8>,
}

impl Mail {
    pub(super) fn new(to: Vec<String>, raw: String) -> Self {
        Self { to, raw, at: Instant::now() }
    }

    /// A header of the mail itself, unfolded, as it stands there.
    ///
    /// # Panics
    /// Where it has none of that name.
    pub fn header(&self, name: &str) -> String {
        match find_header(split(&self.raw).0, name) {
            Some(value) => value,
            None => panic!("no {name} in {}", self.raw),
        }
    }

    /// What it says to readers without HTML.
    pub fn text(&self) -> String {
        self.words("text/plain")
    }

    /// What it says to readers with HTML.
    pub fn html(&self) -> String {
        self.words("text/html")
    }

    /// The PDFs that come with it.
    pub fn pdfs(&self) -> Vec<Vec<u8>> {
        self.parts().into_iter().filter(|part| part.content_type.starts_with("application/pdf")).map(|part| part.body).collect()
    }

    fn words(&self, content_type: &str) -> String {
        let part = self.parts().into_iter().find(|part| part.content_type.starts_with(content_type));
        match part.map(|part| String::from_utf8(part.body)) {
            Some(Ok(words)) => words.replace("\r\n", "\n"),
            other => panic!("no {content_type} in {}: {other:?}", self.raw),
        }
    }

    fn parts(&self) -> Vec<Part> {
        let mut found = Vec::new();
        take_apart(&self.raw, &mut found);
        found
    }
}

/// Headers and body.
fn split(text: &str) -> (&str, &str) {
    text.split_once("\r\n\r\n").unwrap_or((text, ""))
}

fn find_header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn take_apart(text: &str, found: &mut Vec<Part>) {
    let (head, body) = split(text);
    let content_type = find_header(head, "Content-Type").unwrap_or_default();
    if let Some(boundary) = content_type.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()) {
        // Before the first boundary and behind the last one stands nothing.
        let pieces: Vec<&str> = body.split(&format!("--{boundary}")).collect();
        for piece in pieces.iter().skip(1).filter(|piece| !piece.starts_with("--")) {
            take_apart(piece.trim_start_matches("\r\n"), found);
        }
        return;
    }
    let body = match find_header(head, "Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
        "base64" => BASE64.decode(body.split_whitespace().collect::<String>()).unwrap_or_default(),
        "quoted-printable" => unquoted(body),
        _ => body.trim_end_matches("\r\n").as_bytes().to_vec(),
    };
    found.push(Part { content_type, body });
}

/// RFC 2045, section 6.7.
fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.trim_end_matches("\r\n").replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'=').and_then(|digits| hex::decode(digits).ok());
        if let Some(decoded) = digits {
            bytes.extend(decoded);
            rest = &behind[2..];
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    bytes
}
