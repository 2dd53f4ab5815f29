//! Many vouchers in one PDF, a page each.
//!
//! Typesetting ten thousand pages at once would keep all of their layouts in memory, and nobody could stop it. So they are typeset in
//! parts, and the parts' pages put one after the other into one document; each part brings the letters that it needs.

use jiff::Timestamp;
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::{VoucherPaper, press};
use crate::DocumentError;

/// A PDF that is being put together.
pub struct VoucherBook {
    title: String,
    made: Timestamp,
    document: Document,
    pages: ObjectId,
    /// The pages, in their order.
    kids: Vec<Object>,
}

impl VoucherBook {
    /// How many vouchers a part has: some seconds of work, after which somebody may stop it.
    pub const PART: usize = 100;

    /// An empty one that says that it was made at that moment.
    pub fn begin(title: impl Into<String>, made: Timestamp) -> Self {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        Self { title: title.into(), made, document, pages, kids: Vec::new() }
    }

    /// Adds a page for each of them.
    pub fn add(&mut self, part: &[VoucherPaper]) -> Result<(), DocumentError> {
        if part.is_empty() {
            return Ok(());
        }
        let pdf = press(part, &self.title, VoucherPaper::across)?.untagged_pdf(&format!("{} {}", self.title, self.kids.len()), self.made)?;
        let mut part = Document::load_mem(&pdf).map_err(put_together)?;
        part.renumber_objects_with(self.document.max_id + 1);
        self.document.max_id = part.max_id;
        let pages: Vec<ObjectId> = part.get_pages().into_values().collect();
        for page in &pages {
            part.get_dictionary_mut(*page).map_err(put_together)?.set("Parent", self.pages);
        }
        self.kids.extend(pages.into_iter().map(Object::Reference));
        self.document.objects.extend(part.objects.into_iter().filter(|(_, object)| !is_of_the_part_alone(object)));
        Ok(())
    }

    /// The whole.
    pub fn finish(mut self) -> Result<Vec<u8>, DocumentError> {
        if self.kids.is_empty() {
            return Err(DocumentError::Nothing);
        }
        let count = i64::try_from(self.kids.len()).unwrap_or(i64::MAX);
        let pages = dictionary! { "Type" => "Pages", "Kids" => self.kids, "Count" => count };
        self.document.objects.insert(self.pages, Object::Dictionary(pages));
        let catalog = self.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.pages });
        let mut info = Dictionary::new();
        info.set("Title", lopdf::text_string(&self.title));
        info.set("Creator", Object::string_literal("My Beads Box"));
        let info = self.document.add_object(info);
        self.document.trailer.set("Root", catalog);
        self.document.trailer.set("Info", info);
        let mut pdf = Vec::new();
        self.document.save_to(&mut pdf).map_err(put_together)?;
        Ok(pdf)
    }
}

/// What a document has once, which each part brought.
fn is_of_the_part_alone(object: &Object) -> bool {
    let kind = match object {
        Object::Dictionary(dictionary) => dictionary.get(b"Type").and_then(Object::as_name).ok(),
        Object::Stream(stream) => stream.dict.get(b"Type").and_then(Object::as_name).ok(),
        _ => None,
    };
    kind.is_some_and(|kind| [b"Catalog".as_slice(), b"Pages", b"Metadata", b"Outlines", b"XRef", b"ObjStm"].contains(&kind))
}

fn put_together(fault: impl std::fmt::Display) -> DocumentError {
    DocumentError::Typeset(fault.to_string())
}
