//! What waits at a till that will not be online again: saved to a file there, and taken in by an admin elsewhere.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::Deed;
use beadsbox_protocol::{
    ErrorCode as ServerCode,
    export::{ExportFile, ImportRequest},
};
use beadsbox_sync::TransportError;
use ed25519_dalek::VerifyingKey;

use super::Seat;
use crate::{
    error::{AppError, AppResult, ErrorCode},
    host::drives,
    outbox_file::{
        disk,
        pack::{self, Packed},
    },
    program::blocking,
    view::{OutboxFileFound, OutboxFileView, SaveOutboxForm, SavedOutbox, TakeInForm, TakenIn},
};

impl Seat {
    /// Drives that can be carried away.
    pub async fn drives(&self) -> AppResult<Vec<String>> {
        self.require(Deed::RunTill)?;
        blocking(|| Ok(drives::removable().iter().map(|path| path.display().to_string()).collect())).await
    }

    /// Saves what waits to a file that only the server opens. What waits goes on waiting: should the server be reached after all, it is sent as
    /// if there were no file.
    pub async fn save_outbox(&self, form: SaveOutboxForm) -> AppResult<SavedOutbox> {
        self.require(Deed::RunTill)?;
        if self.device.is_training() {
            return Err(AppError::new(ErrorCode::InTraining, "nothing of training is ever sent"));
        }
        let (host, key) = (self.device.host.clone(), self.device.syncer.replica().key().clone());
        let saved = self
            .device
            .files(move |store| {
                let folder = disk::folder(&form.folder, &host.data_dir)?;
                let Packed { manifest, bytes } = pack::pack(&host, store, &key, form.everything)?;
                // As whoever takes it in will read it; nothing else is put on a stick.
                ExportFile::read(&bytes)?;
                let path = disk::save(&folder, &pack::name(&manifest), &bytes)?;
                let same_disk = drives::same_disk(&folder, &host.data_dir).unwrap_or(true);
                Ok(SavedOutbox { same_disk, file: view(&path, &bytes, &manifest) })
            })
            .await?;
        tracing::info!(first = saved.file.first_seq, last = saved.file.last_seq, bytes = saved.file.bytes, "saved operations to a file");
        Ok(saved)
    }

    /// Files of operations on the drives of this computer.
    pub async fn outbox_files(&self) -> AppResult<Vec<OutboxFileFound>> {
        self.require(Deed::Administer)?;
        blocking(|| {
            let files = drives::removable().into_iter().flat_map(|drive| disk::files_in(&drive));
            Ok(files.map(|(path, bytes)| OutboxFileFound { name: name_of(&path), path: path.display().to_string(), bytes }).collect())
        })
        .await
    }

    /// What is in a file; nothing is sent.
    pub async fn look_into_outbox_file(&self, path: String) -> AppResult<OutboxFileView> {
        self.require(Deed::Administer)?;
        let server = self.server_key()?;
        blocking(move || {
            let path = PathBuf::from(path.trim());
            let bytes = disk::read(&path)?;
            let file = ExportFile::read(&bytes)?;
            file.manifest.is_for(&server)?;
            Ok(view(&path, &bytes, &file.manifest))
        })
        .await
    }

    /// Hands a file over to the server, that was looked at; part by part, so that one that breaks off is taken in again from the beginning, and
    /// what was taken is known.
    pub async fn take_in_outbox_file(&self, form: TakeInForm) -> AppResult<TakenIn> {
        self.require(Deed::Administer)?;
        let (server, session) = (self.server_key()?, self.server_session()?);
        let bytes = blocking(move || {
            let bytes = disk::read(Path::new(form.path.trim()))?;
            if disk::digest(&bytes) == form.digest {
                Ok(bytes)
            } else {
                Err(AppError::new(ErrorCode::ChangedMeanwhile, "the file is another one than was looked at"))
            }
        })
        .await?;
        let file = ExportFile::read(&bytes)?;
        file.manifest.is_for(&server)?;
        let mut taken = TakenIn::default();
        for (part, sealed) in (0..).zip(&file.parts) {
            let request =
                ImportRequest { manifest: file.manifest_text.to_owned(), signature: BASE64.encode(file.signature), part, sealed: BASE64.encode(sealed) };
            taken.add(&self.device.server.import_outbox(session, &request).await.map_err(refused)?);
        }
        tracing::info!(device = %file.manifest.issuer.device_id, new = taken.new, known = taken.known, "took in a file of operations");
        // Its rows come with the next page; nobody has to wait for that.
        self.device.syncer.wake();
        Ok(taken)
    }

    fn server_key(&self) -> AppResult<VerifyingKey> {
        VerifyingKey::from_bytes(&self.device.enrolment.server_public_key).map_err(AppError::internal)
    }
}

fn view(path: &Path, bytes: &[u8], manifest: &beadsbox_protocol::export::Manifest) -> OutboxFileView {
    OutboxFileView::new(path.display().to_string(), disk::digest(bytes), bytes.len() as u64, manifest)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What the server says of a part, in the words of files.
fn refused(error: TransportError) -> AppError {
    match error {
        TransportError::Refused(problem) => match problem.code {
            ServerCode::SequenceGap => {
                AppError::new(ErrorCode::ExportGap, "operations before those of the file are missing").with("expected", problem.expected_seq.unwrap_or(1))
            }
            ServerCode::ChainForked => AppError::new(ErrorCode::ExportForked, "the server holds others under those numbers"),
            ServerCode::BadSignature => AppError::new(ErrorCode::ExportDamaged, problem.detail.unwrap_or(problem.title)),
            _ => AppError::from(*problem),
        },
        other => other.into(),
    }
}
