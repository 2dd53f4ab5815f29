//! The disk as the kernel asks for it.

use std::{
    ffi::OsStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use fuser::{
    AccessFlags, BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, OpenFlags, RenameFlags,
    ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use super::disk::{Disk, Node, Refused, new_file, new_folder};

/// Nobody but the kernel changes anything while this is mounted, so it may keep what it knows.
const KEEP: Duration = Duration::from_hours(1);
const GENERATION: Generation = Generation(0);
const NO_HANDLE: FileHandle = FileHandle(0);

/// The file system. Its files may be mapped (no `FOPEN_DIRECT_IO`): SQLite's `-shm` is shared memory.
pub(super) struct FileSystem {
    disk: Arc<Mutex<Disk>>,
    owner: (u32, u32),
    mounted_at: SystemTime,
}

impl FileSystem {
    /// That disk, belonging to that user and group.
    pub(super) fn new(disk: Arc<Mutex<Disk>>, owner: (u32, u32)) -> Self {
        Self { disk, owner, mounted_at: SystemTime::now() }
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attributes(&self, disk: &Disk, number: u64) -> Result<FileAttr, Refused> {
        let (kind, perm, size) = match disk.node(number)? {
            Node::File(content) => (FileType::RegularFile, 0o600, content.len() as u64),
            Node::Folder { .. } => (FileType::Directory, 0o700, 0),
        };
        let (time, (uid, gid)) = (self.mounted_at, self.owner);
        Ok(FileAttr {
            ino: INodeNo(number),
            size,
            blocks: size.div_ceil(512),
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind,
            perm,
            nlink: 1,
            uid,
            gid,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn make(&self, folder: INodeNo, name: &OsStr, node: Node) -> Result<FileAttr, Refused> {
        let mut disk = self.disk();
        let number = disk.make(folder.0, name, node)?;
        self.attributes(&disk, number)
    }
}

impl From<Refused> for Errno {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoPower => Self::EIO,
            Refused::NotThere => Self::ENOENT,
            Refused::NotAFolder => Self::ENOTDIR,
            Refused::NotAFile => Self::EISDIR,
            Refused::NotEmpty => Self::ENOTEMPTY,
            Refused::Exists => Self::EEXIST,
        }
    }
}

fn done(reply: ReplyEmpty, result: Result<(), Refused>) {
    match result {
        Ok(()) => reply.ok(),
        Err(refused) => reply.error(refused.into()),
    }
}

fn entry(reply: ReplyEntry, found: Result<FileAttr, Refused>) {
    match found {
        Ok(attributes) => reply.entry(&KEEP, &attributes, GENERATION),
        Err(refused) => reply.error(refused.into()),
    }
}

/// Positions in a file that fits into memory.
fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl Filesystem for FileSystem {
    fn lookup(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let disk = self.disk();
        let found = disk.find(parent.0, name).and_then(|number| self.attributes(&disk, number));
        drop(disk);
        entry(reply, found);
    }

    fn getattr(&self, _request: &Request, ino: INodeNo, _handle: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(&self.disk(), ino.0) {
            Ok(attributes) => reply.attr(&KEEP, &attributes),
            Err(refused) => reply.error(refused.into()),
        }
    }

    fn setattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _handle: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.disk();
        let changed = size.map_or(Ok(()), |size| disk.file_to_change(ino.0).map(|file| file.set_len(position(size))));
        match changed.and_then(|()| self.attributes(&disk, ino.0)) {
            Ok(attributes) => reply.attr(&KEEP, &attributes),
            Err(refused) => reply.error(refused.into()),
        }
    }

    fn mkdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, _mode: u32, _umask: u32, reply: ReplyEntry) {
        entry(reply, self.make(parent, name, new_folder()));
    }

    fn create(&self, _request: &Request, parent: INodeNo, name: &OsStr, _mode: u32, _umask: u32, _flags: i32, reply: ReplyCreate) {
        match self.make(parent, name, new_file()) {
            Ok(attributes) => reply.created(&KEEP, &attributes, GENERATION, NO_HANDLE, FopenFlags::empty()),
            Err(refused) => reply.error(refused.into()),
        }
    }

    fn unlink(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(reply, self.disk().remove(parent.0, name));
    }

    fn rmdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        done(reply, self.disk().remove(parent.0, name));
    }

    fn rename(&self, _request: &Request, parent: INodeNo, name: &OsStr, newparent: INodeNo, newname: &OsStr, flags: RenameFlags, reply: ReplyEmpty) {
        if flags.is_empty() {
            done(reply, self.disk().rename(parent.0, name, newparent.0, newname));
        } else {
            reply.error(Errno::EINVAL);
        }
    }

    fn read(
        &self,
        _request: &Request,
        ino: INodeNo,
        _handle: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk().file(ino.0) {
            Ok(content) => reply.data(content.read(position(offset), size as usize)),
            Err(refused) => reply.error(refused.into()),
        }
    }

    fn write(
        &self,
        _request: &Request,
        ino: INodeNo,
        _handle: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk().file_to_change(ino.0) {
            Ok(content) => {
                content.write(position(offset), data);
                // The kernel writes at most some mebibytes at once.
                reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
            }
            Err(refused) => reply.error(refused.into()),
        }
    }

    fn flush(&self, _request: &Request, _ino: INodeNo, _handle: FileHandle, _owner: LockOwner, reply: ReplyEmpty) {
        // Closing a file syncs nothing.
        reply.ok();
    }

    fn fsync(&self, _request: &Request, ino: INodeNo, _handle: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        done(reply, self.disk().sync(ino.0));
    }

    fn fsyncdir(&self, _request: &Request, ino: INodeNo, _handle: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        done(reply, self.disk().sync(ino.0));
    }

    fn readdir(&self, _request: &Request, ino: INodeNo, _handle: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let disk = self.disk();
        let names = match disk.names(ino.0) {
            Ok(names) => names,
            Err(refused) => return reply.error(refused.into()),
        };
        for (place, (name, number)) in names.iter().enumerate().skip(position(offset)) {
            let kind = if disk.names(*number).is_ok() { FileType::Directory } else { FileType::RegularFile };
            if reply.add(INodeNo(*number), place as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn access(&self, _request: &Request, ino: INodeNo, _mask: AccessFlags, reply: ReplyEmpty) {
        done(reply, self.disk().node(ino.0).map(drop));
    }
}
