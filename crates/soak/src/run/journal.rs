//! What all tills told, in the order in which it was read. No kill of a till reaches it.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use crate::told::Told;

/// What was told, and by which till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The till's number.
    pub till: usize,
    /// What it told.
    pub told: Told,
    /// When it was read.
    pub at: Instant,
}

/// The journal; shared by those who read the tills.
#[derive(Clone)]
pub struct Journal(Arc<Mutex<Pages>>);

struct Pages {
    entries: Vec<Entry>,
    file: BufWriter<File>,
}

impl Journal {
    /// An empty one, kept in that file as well for whoever looks at a failed run.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Self(Arc::new(Mutex::new(Pages { entries: Vec::new(), file }))))
    }

    /// Writes a line down that was read whole.
    pub fn write(&self, till: usize, line: &str, told: Told) -> io::Result<()> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.entries.push(Entry { till, told, at: Instant::now() });
        writeln!(pages.file, "{till} {line}")
    }

    /// All of it.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.file.flush()?;
        Ok(pages.entries.clone())
    }
}
