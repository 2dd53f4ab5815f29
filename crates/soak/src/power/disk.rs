//! The disk: files and folders by number, each as it is and as it was synced last.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::{OsStr, OsString},
};

use super::content::Content;

/// The root folder's number.
pub(super) const ROOT: u64 = 1;

/// Whether the disk does what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// A sync is one.
    Syncs,
    /// A sync is answered and not done, as cheap disks do it.
    Lies,
}

/// What a power cut took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Sectors of files.
    pub sectors: usize,
    /// Folders whose last changes are gone.
    pub folders: usize,
}

type Names = BTreeMap<OsString, u64>;

#[derive(Debug)]
pub(super) enum Node {
    File(Content),
    Folder { now: Names, synced: Names },
}

/// Why something cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    NoPower,
    NotThere,
    NotAFolder,
    NotAFile,
    NotEmpty,
    Exists,
}

/// The disk.
#[derive(Debug)]
pub(super) struct Disk {
    nodes: HashMap<u64, Node>,
    last: u64,
    has_power: bool,
    honesty: Honesty,
}

impl Disk {
    pub(super) fn new(honesty: Honesty) -> Self {
        let root = Node::Folder { now: Names::new(), synced: Names::new() };
        Self { nodes: HashMap::from([(ROOT, root)]), last: ROOT, has_power: true, honesty }
    }

    pub(super) fn node(&self, number: u64) -> Result<&Node, Refused> {
        self.nodes.get(&number).ok_or(Refused::NotThere)
    }

    /// Whatever changes something asks for it by this.
    fn node_to_change(&mut self, number: u64) -> Result<&mut Node, Refused> {
        if !self.has_power {
            return Err(Refused::NoPower);
        }
        self.nodes.get_mut(&number).ok_or(Refused::NotThere)
    }

    pub(super) fn names(&self, folder: u64) -> Result<&Names, Refused> {
        match self.node(folder)? {
            Node::Folder { now, .. } => Ok(now),
            Node::File(_) => Err(Refused::NotAFolder),
        }
    }

    fn names_to_change(&mut self, folder: u64) -> Result<&mut Names, Refused> {
        match self.node_to_change(folder)? {
            Node::Folder { now, .. } => Ok(now),
            Node::File(_) => Err(Refused::NotAFolder),
        }
    }

    pub(super) fn find(&self, folder: u64, name: &OsStr) -> Result<u64, Refused> {
        self.names(folder)?.get(name).copied().ok_or(Refused::NotThere)
    }

    pub(super) fn file(&self, number: u64) -> Result<&Content, Refused> {
        match self.node(number)? {
            Node::File(content) => Ok(content),
            Node::Folder { .. } => Err(Refused::NotAFile),
        }
    }

    pub(super) fn file_to_change(&mut self, number: u64) -> Result<&mut Content, Refused> {
        match self.node_to_change(number)? {
            Node::File(content) => Ok(content),
            Node::Folder { .. } => Err(Refused::NotAFile),
        }
    }

    /// A new file or folder of that name.
    pub(super) fn make(&mut self, folder: u64, name: &OsStr, node: Node) -> Result<u64, Refused> {
        let number = self.last + 1;
        let names = self.names_to_change(folder)?;
        if names.contains_key(name) {
            return Err(Refused::Exists);
        }
        names.insert(name.to_owned(), number);
        self.nodes.insert(number, node);
        self.last = number;
        Ok(number)
    }

    /// Takes the name away; whoever has the file open keeps it.
    pub(super) fn remove(&mut self, folder: u64, name: &OsStr) -> Result<(), Refused> {
        let number = self.find(folder, name)?;
        if self.names(number).is_ok_and(|names| !names.is_empty()) {
            return Err(Refused::NotEmpty);
        }
        self.names_to_change(folder)?.remove(name);
        Ok(())
    }

    /// Gives it another name, in the place of what had that.
    pub(super) fn rename(&mut self, folder: u64, name: &OsStr, new_folder: u64, new_name: &OsStr) -> Result<(), Refused> {
        let number = self.find(folder, name)?;
        self.names(new_folder)?;
        self.names_to_change(folder)?.remove(name);
        self.names_to_change(new_folder)?.insert(new_name.to_owned(), number);
        Ok(())
    }

    /// Makes what is now safe from power cuts: a file's bytes, or a folder's names. One does not bring the other.
    pub(super) fn sync(&mut self, number: u64) -> Result<(), Refused> {
        let lies = self.honesty == Honesty::Lies;
        match self.node_to_change(number)? {
            _ if lies => {}
            Node::File(content) => content.sync(),
            Node::Folder { now, synced } => synced.clone_from(now),
        }
        Ok(())
    }

    /// From here on nothing is written any more.
    pub(super) const fn lose_power(&mut self) {
        self.has_power = false;
    }

    /// The power is back. Half of the time nothing survived that was not synced; otherwise a random part of it did, in whatever
    /// order the disk wrote it. The names in a folder change together, as a journal does it.
    pub(super) fn regain_power(&mut self, random: &mut fastrand::Rng) -> Forgotten {
        let chance = if random.bool() { 0.0 } else { random.f64() };
        let mut forgotten = Forgotten::default();
        let mut numbers: Vec<u64> = self.nodes.keys().copied().collect();
        // A map's order is another one each time, and a seed should mean the same.
        numbers.sort_unstable();
        for number in numbers {
            let mut survives = || random.f64() < chance;
            match self.nodes.get_mut(&number) {
                Some(Node::File(content)) => forgotten.sectors += content.cut(survives),
                Some(Node::Folder { now, synced }) if *now != *synced => {
                    if survives() {
                        synced.clone_from(now);
                    } else {
                        now.clone_from(synced);
                        forgotten.folders += 1;
                    }
                }
                Some(Node::Folder { .. }) | None => {}
            }
        }
        self.drop_nameless();
        self.has_power = true;
        forgotten
    }

    fn drop_nameless(&mut self) {
        let (mut named, mut waiting) = (HashSet::new(), vec![ROOT]);
        while let Some(number) = waiting.pop() {
            if named.insert(number)
                && let Ok(names) = self.names(number)
            {
                waiting.extend(names.values());
            }
        }
        self.nodes.retain(|number, _| named.contains(number));
    }
}

/// An empty file.
pub(super) fn new_file() -> Node {
    Node::File(Content::default())
}

/// An empty folder.
pub(super) const fn new_folder() -> Node {
    Node::Folder { now: Names::new(), synced: Names::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seed with which nothing survives.
    fn nothing_survives() -> fastrand::Rng {
        (0..1000).map(fastrand::Rng::with_seed).find(|random| random.clone().bool()).unwrap()
    }

    fn name(text: &str) -> &OsStr {
        OsStr::new(text)
    }

    fn cut(disk: &mut Disk) -> Forgotten {
        disk.lose_power();
        disk.regain_power(&mut nothing_survives())
    }

    #[test]
    fn a_file_needs_its_bytes_and_its_name_synced() {
        let mut disk = Disk::new(Honesty::Syncs);
        let file = disk.make(ROOT, name("a"), new_file()).unwrap();
        disk.file_to_change(file).unwrap().write(0, b"bytes");
        disk.sync(file).unwrap();
        assert_eq!(cut(&mut disk), Forgotten { sectors: 0, folders: 1 });
        assert_eq!(disk.find(ROOT, name("a")), Err(Refused::NotThere), "its name was not synced");

        let file = disk.make(ROOT, name("a"), new_file()).unwrap();
        disk.sync(ROOT).unwrap();
        disk.file_to_change(file).unwrap().write(0, b"bytes");
        cut(&mut disk);
        assert_eq!(disk.file(disk.find(ROOT, name("a")).unwrap()).unwrap().len(), 0, "its bytes were not synced");
    }

    #[test]
    fn a_rename_that_was_not_synced_is_undone_as_a_whole() {
        let mut disk = Disk::new(Honesty::Syncs);
        let old = disk.make(ROOT, name("keys"), new_file()).unwrap();
        let new = disk.make(ROOT, name("keys.new"), new_file()).unwrap();
        disk.sync(ROOT).unwrap();
        disk.rename(ROOT, name("keys.new"), ROOT, name("keys")).unwrap();
        assert_eq!((disk.find(ROOT, name("keys")), disk.find(ROOT, name("keys.new"))), (Ok(new), Err(Refused::NotThere)));
        cut(&mut disk);
        assert_eq!((disk.find(ROOT, name("keys")), disk.find(ROOT, name("keys.new"))), (Ok(old), Ok(new)));
    }

    #[test]
    fn without_power_nothing_is_written() {
        let mut disk = Disk::new(Honesty::Syncs);
        let file = disk.make(ROOT, name("a"), new_file()).unwrap();
        disk.lose_power();
        assert!(matches!(disk.file_to_change(file), Err(Refused::NoPower)));
        assert_eq!(disk.sync(file), Err(Refused::NoPower));
        assert_eq!(disk.remove(ROOT, name("a")), Err(Refused::NoPower));
    }

    #[test]
    fn a_lying_disk_forgets_what_was_synced() {
        let mut disk = Disk::new(Honesty::Lies);
        disk.make(ROOT, name("a"), new_file()).unwrap();
        disk.sync(ROOT).unwrap();
        cut(&mut disk);
        assert_eq!(disk.find(ROOT, name("a")), Err(Refused::NotThere));
    }
}
