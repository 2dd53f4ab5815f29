//! A disk that is full: a clear error, nothing shown as done that is not on disk, nothing lost, and work goes on once there is room.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{path::Path, process::Command};

use crate::stage::{Centre, PASSWORD, Till, tables::table};
use beadsbox_app::{
    ErrorCode,
    view::{TableFormat, VoucherSelection},
};

/// A disk of its own at that folder, small enough to fill.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// Nothing, and a word about it, where nobody may.
    fn mount(folder: &'a Path, size: &str) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder).status();
        let is_there = mounted.is_ok_and(|status| status.success());
        if !is_there {
            eprintln!("skipped: this machine lets nobody mount a disk to fill");
        }
        is_there.then_some(Self(folder))
    }

    fn enlarge(&self) {
        assert!(Command::new("mount").args(["-o", "remount,size=64m"]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_says_so_and_nothing_that_was_confirmed_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let Some(disk) = SmallDisk::mount(&path, "3m") else { return };
    let centre = Centre::open().await;
    let till = Till::in_folder(centre.address, folder).await;
    till.enrol(&centre, "Montmartre").await.unwrap();
    till.sign_in("Ada", PASSWORD).await.unwrap();
    till.sync().await;
    till.go_offline().await;
    let mut sold = Vec::new();
    let error = loop {
        match till.try_to_sell("Buyer of the last bytes").await {
            Ok(receipt) => sold.push(receipt.code),
            Err(error) => break error,
        }
        assert!(sold.len() < 5000, "the disk never fills");
    };
    assert_eq!(error.code, ErrorCode::DiskFull, "{error}");
    disk.enlarge();
    sold.push(till.sell("Buyer after that").await.code);
    till.come_back().await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, i64::try_from(sold.len()).unwrap(), "confirmed = booked");
    till.program.close();
}

/// Where no more goes onto the disk: with the first bytes, in the midst of the rows, or when all of it is packed.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_does_not_fit_onto_its_disk_says_so_and_leaves_nothing_behind() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    for _ in 0..4 {
        till.seat().sell(till.sale(&"Buyer of many words ".repeat(5), 50).await).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let everything = || table(VoucherSelection::Matching { search: String::new(), filters: Box::default(), except: Vec::new() });
    for format in [TableFormat::Csv, TableFormat::Xlsx] {
        for size in ["4k", "8k", "16k"] {
            let Some(disk) = SmallDisk::mount(folder.path(), size) else { return };
            let path = folder.path().join("bons");
            let error = till.seat().save_table(everything(), format, &path).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::DiskFull, "{format:?} on {size}: {error}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{format:?} on {size}");
            disk.enlarge();
            assert_eq!(till.seat().save_table(everything(), format, &path).await.unwrap().rows, 200);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
