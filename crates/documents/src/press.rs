//! Typesets: a template of this program, and data beside it.
//!
//! What people typed is a JSON file to the template, so it can only ever be shown: no text becomes code, whatever is in it. The world
//! in which a template runs has those files and no others, no packages and no date.

use std::{collections::HashMap, sync::LazyLock};

use jiff::Timestamp;
use serde::Serialize;
use typst::{
    Library, LibraryExt as _, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp as PdfTimestamp};
use typst_svg::SvgOptions;

use crate::DocumentError;

/// The families that the templates ask for; the others of `typst_assets` are for formulas.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];
/// How many documents' intermediate results are kept for the next: the template's own stay, a customer's go.
const KEPT: usize = 8;

/// What is the same for every document; read once.
struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .filter(|font| FAMILIES.contains(&font.info().family.as_str()))
        .collect();
    Shelf { library: LazyHash::new(Library::default()), book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

/// A template with the files that it reads.
pub(crate) struct Press {
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl Press {
    /// A template by the name under which it is known to typst, and its data as `/data.json`.
    pub(crate) fn new(name: &str, template: &'static str, data: &impl Serialize) -> Result<Self, DocumentError> {
        let data = serde_json::to_vec(data).map_err(typeset)?;
        let press = Self { main: Source::new(file(name)?, template.to_owned()), files: HashMap::new() };
        press.with("/data.json", data)
    }

    /// With one more file.
    pub(crate) fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Result<Self, DocumentError> {
        self.files.insert(file(path)?, Bytes::new(content.into()));
        Ok(self)
    }

    /// The document as a PDF that says that it was made at that moment.
    pub(crate) fn pdf(&self, ident: &str, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        self.written(ident, made, true)
    }

    /// The same without what reads it aloud: pages that go into another document would leave that behind.
    pub(crate) fn untagged_pdf(&self, ident: &str, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        self.written(ident, made, false)
    }

    fn written(&self, ident: &str, made: Timestamp, tagged: bool) -> Result<Vec<u8>, DocumentError> {
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some("My Beads Box".to_owned())),
            timestamp: utc(made).map(PdfTimestamp::new_utc),
            tagged,
            ..PdfOptions::default()
        };
        // Of a book's parts each would keep as much as hundreds of papers; what the next part uses again stays.
        let kept = if tagged { KEPT } else { 1 };
        self.drawn(kept, |document| typst_pdf::pdf(document, &options).map_err(|faults| first(&faults)))
    }

    /// The document's first page as an SVG picture, for a screen.
    pub(crate) fn svg(&self) -> Result<String, DocumentError> {
        self.drawn(KEPT, |document| {
            let page = document.pages().first().ok_or_else(|| typeset("there is no page"))?;
            Ok(typst_svg::svg(page, &SvgOptions::default()))
        })
    }

    fn drawn<T>(&self, kept: usize, draw: impl FnOnce(&PagedDocument) -> Result<T, DocumentError>) -> Result<T, DocumentError> {
        let document = typst::compile::<PagedDocument>(self).output.map_err(|faults| first(&faults));
        let drawn = document.and_then(|document| draw(&document));
        typst::comemo::evict(kept);
        drawn
    }
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &SHELF.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHELF.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn file(path: &str) -> Result<FileId, DocumentError> {
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).map_err(typeset)?)))
}

fn utc(at: Timestamp) -> Option<Datetime> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(i32::from(at.year()), part(at.month())?, part(at.day())?, part(at.hour())?, part(at.minute())?, part(at.second())?)
}

fn typeset(fault: impl std::fmt::Display) -> DocumentError {
    DocumentError::Typeset(fault.to_string())
}

fn first(faults: &[SourceDiagnostic]) -> DocumentError {
    typeset(faults.first().map_or("for no reason given", |fault| fault.message.as_str()))
}
