//! The disk in its place, and out of it.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use fuser::{BackgroundSession, Config, MountOption};

use super::{
    disk::{Disk, Forgotten, Honesty},
    file_system::FileSystem,
};

/// Whether this user may mount such a disk here.
pub fn is_possible() -> bool {
    fs::OpenOptions::new().read(true).write(true).open("/dev/fuse").is_ok()
}

/// A disk in memory, mounted.
pub struct ForgetfulDisk {
    folder: PathBuf,
    disk: Arc<Mutex<Disk>>,
    session: Option<BackgroundSession>,
}

impl ForgetfulDisk {
    /// An empty one, in the place of that folder.
    pub fn mount(folder: &Path, honesty: Honesty) -> io::Result<Self> {
        let mut mounted = Self { folder: folder.to_owned(), disk: Arc::new(Mutex::new(Disk::new(honesty))), session: None };
        mounted.put_in_place()?;
        Ok(mounted)
    }

    fn put_in_place(&mut self) -> io::Result<()> {
        let owner = fs::metadata(&self.folder)?;
        let file_system = FileSystem::new(Arc::clone(&self.disk), (owner.uid(), owner.gid()));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("beadsbox-soak".to_owned()), MountOption::NoAtime];
        self.session = Some(fuser::spawn_mount(file_system, &self.folder, &config)?);
        Ok(())
    }

    /// Cuts the power and gives it back. Nobody may have a file of it open; whoever had one is dead. What the kernel still held of
    /// these files goes with the mount, so that nobody reads what the disk does not know any more.
    pub fn cut_power(&mut self, random: &mut fastrand::Rng) -> io::Result<Forgotten> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner).lose_power();
        if let Some(session) = self.session.take() {
            session.umount_and_join()?;
        }
        let forgotten = self.disk.lock().unwrap_or_else(PoisonError::into_inner).regain_power(random);
        self.put_in_place()?;
        Ok(forgotten)
    }
}

impl Drop for ForgetfulDisk {
    fn drop(&mut self) {
        if let Some(session) = self.session.take()
            && let Err(error) = session.umount_and_join()
        {
            tracing::warn!(%error, folder = %self.folder.display(), "not unmounted");
        }
    }
}
