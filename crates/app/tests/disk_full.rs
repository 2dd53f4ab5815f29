//! A disk that is full: a clear error, nothing shown as done that is not on disk, nothing lost, and work goes on once there is room.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod stage;

use std::{path::Path, process::Command};

use beadsbox_app::ErrorCode;
use stage::{Centre, PASSWORD, Till};

/// A disk of its own at that folder, small enough to fill.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(folder))
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
    let Some(disk) = SmallDisk::mount(&path) else {
        eprintln!("skipped: this machine lets nobody mount a disk to fill");
        return;
    };
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
