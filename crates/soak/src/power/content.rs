//! The bytes of a file: as they are, and as they were synced last.

use std::collections::BTreeSet;

/// What a disk writes whole or not at all.
pub(super) const SECTOR: usize = 512;

/// Two states, and where they may differ.
#[derive(Debug, Default)]
pub(super) struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Sectors written since the last sync.
    written: BTreeSet<usize>,
}

impl Content {
    pub(super) const fn len(&self) -> usize {
        self.now.len()
    }

    pub(super) fn read(&self, offset: usize, length: usize) -> &[u8] {
        let from = offset.min(self.now.len());
        &self.now[from..from.saturating_add(length).min(self.now.len())]
    }

    pub(super) fn write(&mut self, offset: usize, data: &[u8]) {
        let end = offset + data.len();
        if self.now.len() < end {
            self.now.resize(end, 0);
        }
        self.now[offset..end].copy_from_slice(data);
        self.written.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }

    pub(super) fn set_len(&mut self, length: usize) {
        let (shorter, longer) = (self.now.len().min(length), self.now.len().max(length));
        self.now.resize(length, 0);
        self.written.extend(shorter / SECTOR..longer.div_ceil(SECTOR));
    }

    /// As it is now it will be after a power cut.
    pub(super) fn sync(&mut self) {
        self.synced.resize(self.now.len(), 0);
        for sector in std::mem::take(&mut self.written) {
            copy(&self.now, &mut self.synced, sector);
        }
    }

    /// The power is gone: of what was not synced, the length and each sector survive where `survives` says so. Answers how many
    /// sectors did not.
    pub(super) fn cut(&mut self, mut survives: impl FnMut() -> bool) -> usize {
        let mut lost = 0;
        if self.now.len() != self.synced.len() && survives() {
            self.synced.resize(self.now.len(), 0);
        }
        for sector in std::mem::take(&mut self.written) {
            if survives() {
                copy(&self.now, &mut self.synced, sector);
            } else {
                lost += 1;
            }
        }
        self.now.clone_from(&self.synced);
        lost
    }
}

/// As far as both reach.
fn copy(from: &[u8], to: &mut [u8], sector: usize) {
    let end = ((sector + 1) * SECTOR).min(from.len()).min(to.len());
    let start = (sector * SECTOR).min(end);
    to[start..end].copy_from_slice(&from[start..end]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Content {
        let mut content = Content::default();
        content.write(0, text);
        content
    }

    #[test]
    fn what_was_synced_survives_and_the_rest_is_gone() {
        let mut content = of(b"synced");
        content.sync();
        content.write(3, b"HOW MANY");
        assert_eq!(content.read(0, 100), b"synHOW MANY");
        assert_eq!(content.cut(|| false), 1);
        assert_eq!(content.read(0, 100), b"synced");
        assert_eq!(content.read(2, 2), b"nc");
        assert_eq!(content.read(50, 2), b"");
    }

    #[test]
    fn a_shortened_file_comes_back_whole_unless_that_was_synced() {
        let mut content = of(&[7; 2000]);
        content.sync();
        content.set_len(10);
        content.set_len(1500);
        content.cut(|| false);
        assert_eq!(content.read(0, 3000), [7; 2000]);
        content.set_len(10);
        content.set_len(1500);
        content.sync();
        content.cut(|| false);
        assert_eq!((content.read(0, 10), content.read(10, 3000)), (&[7; 10][..], &[0; 1490][..]));
    }

    #[test]
    fn sectors_survive_by_themselves() {
        let mut content = of(&[1; 4 * SECTOR]);
        content.sync();
        content.write(0, &[2; 4 * SECTOR]);
        let mut survives = [true, false, true, false].into_iter();
        assert_eq!(content.cut(|| survives.next().unwrap()), 2);
        let sectors: Vec<u8> = (0..4).map(|sector| content.read(sector * SECTOR, 1)[0]).collect();
        assert_eq!(sectors, [2, 1, 2, 1]);
    }
}
