//! Damaged files: the cache is replaced, the outbox never.

use std::{fs, path::Path};

use beadsbox_store::{CacheOpening, StoreError, set_aside_outbox};

use crate::common::{
    self, Device, at,
    files::{closed_device, open},
    server::Server,
};

#[test]
fn a_cut_cache_is_rebuilt_wherever_it_was_cut() {
    let (folder, paths) = closed_device();
    let whole = fs::read(&paths.cache).unwrap();
    let cuts = [2, 15, 16, 100, 1024, 4095, 4096, 4097, 8192, 20_000, whole.len() / 2, whole.len() - 4096, whole.len() - 1];
    for cut in cuts {
        fs::write(&paths.cache, &whole[..cut]).unwrap();
        let (store, opened) = open(&paths).unwrap();
        assert_eq!(opened.cache, CacheOpening::Rebuilt, "cut at {cut} of {}", whole.len());
        assert!(store.view().unwrap().voucher(common::voucher_id(2)).unwrap().is_some());
    }
    // SQLite itself takes these for a new file.
    for cut in [0, 1] {
        fs::write(&paths.cache, &whole[..cut]).unwrap();
        assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Fresh, "cut at {cut}");
    }
    assert_eq!(set_aside(folder.path()), 2, "only a few are kept");
}

/// How many damaged caches lie in that folder.
fn set_aside(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    entries.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains(".damaged-")).count()
}

#[test]
fn damaged_caches_go_once_another_one_is_whole_and_with_a_device_that_is_revoked() {
    for revoked in [false, true] {
        let (folder, paths) = closed_device();
        fs::write(&paths.cache, vec![0; 8192]).unwrap();
        let (store, opened) = open(&paths).unwrap();
        assert_eq!((opened.cache, set_aside(folder.path())), (CacheOpening::Rebuilt, 1));
        if revoked {
            store.revoke(at(9)).unwrap();
        } else {
            common::snapshot::load_all(&store, &common::snapshot::of(&common::snapshot::selling(3), 5));
        }
        assert_eq!(set_aside(folder.path()), 0, "revoked: {revoked}");
    }
}

#[test]
fn damaged_caches_go_at_the_start_after_pages_made_another_one_whole() {
    let (folder, paths) = closed_device();
    fs::write(&paths.cache, vec![0; 8192]).unwrap();
    let (store, _) = open(&paths).unwrap();
    let mut server = Server::new(common::EPOCH);
    server.sell_there(1, "Anna");
    server.pull(&store, at(9));
    drop(store);
    open(&paths).unwrap();
    assert_eq!(set_aside(folder.path()), 0);
}

#[test]
fn a_garbled_cache_is_rebuilt() {
    let (_folder, paths) = closed_device();
    let whole = fs::read(&paths.cache).unwrap();
    for place in [0, 20, 4096 + 7, whole.len() / 2, whole.len() - 5] {
        let mut garbled = whole.clone();
        garbled[place] ^= 0x55;
        fs::write(&paths.cache, &garbled).unwrap();
        assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt, "at {place}");
    }
    fs::write(&paths.cache, b"this is no database").unwrap();
    assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt);
    fs::write(&paths.cache, vec![0; 8192]).unwrap();
    assert_eq!(open(&paths).unwrap().1.cache, CacheOpening::Rebuilt);
}

#[test]
fn a_cache_that_breaks_while_in_use_is_rebuilt_at_the_next_start() {
    let device = Device::new();
    let mut server = Server::new(common::EPOCH);
    (1..200).for_each(|number| server.sell_there(number, "Anna"));
    server.pull(&device.store, at(0));
    let device = device.reopen();
    let length = fs::metadata(&device.paths.cache).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&device.paths.cache).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0x33; usize::try_from(length).unwrap() - 4096], 4096).unwrap();
    let error = device.store.view().and_then(|view| view.voucher_page(&beadsbox_store::VoucherQuery::newest(100)).map(|_| ()));
    assert!(matches!(error, Err(StoreError::CacheDamaged { .. })), "{error:?}");
    assert_eq!(device.reopen().opened.cache, CacheOpening::Rebuilt);
}

#[test]
fn a_damaged_outbox_is_refused_and_left_as_it_is() {
    let (folder, paths) = closed_device();
    let whole = fs::read(&paths.outbox).unwrap();
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        bytes
    };
    let damages = [
        Vec::new(),
        whole[..1].to_vec(),
        whole[..2].to_vec(),
        whole[..1000].to_vec(),
        whole[..4096].to_vec(),
        whole[..whole.len() - 4096].to_vec(),
        vec![0; whole.len()],
        b"not a database".to_vec(),
        flipped(3),
        flipped(300),
        flipped(whole.len() / 2),
    ];
    for (number, damage) in damages.iter().enumerate() {
        fs::write(&paths.outbox, damage).unwrap();
        let error = open(&paths).err().unwrap_or_else(|| panic!("damage {number} was not seen"));
        assert!(matches!(error, StoreError::OutboxDamaged { .. }), "damage {number}: {error}");
        assert_eq!(&fs::read(&paths.outbox).unwrap(), damage, "damage {number}");
    }
    fs::remove_file(&paths.outbox).unwrap();
    assert!(matches!(open(&paths), Err(StoreError::OutboxDamaged { .. })));
    assert!(!paths.outbox.exists());

    // The sound file back in its place opens as if nothing had been.
    fs::write(&paths.outbox, &whole).unwrap();
    assert_eq!(open(&paths).unwrap().0.verify_chain().unwrap(), 1);
    drop(folder);
}

#[test]
fn an_outbox_is_set_aside_only_when_asked() {
    let (_folder, paths) = closed_device();
    let whole = fs::read(&paths.outbox).unwrap();
    fs::write(&paths.outbox, &whole[..5000]).unwrap();
    assert!(open(&paths).is_err());
    let aside = set_aside_outbox(&paths).unwrap().unwrap();
    assert_eq!(fs::read(aside).unwrap(), &whole[..5000]);
    let (store, _) = open(&paths).unwrap();
    assert_eq!(store.counts().unwrap().total, 0);
    assert!(store.enrolment().unwrap().is_none());
    drop(store);
    assert!(set_aside_outbox(&paths).unwrap().is_some());
    assert!(set_aside_outbox(&paths).unwrap().is_none());
}
