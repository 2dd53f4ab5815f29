//! Backups of the server, copies of a device's files, another key.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use beadsbox_app::{
    AppError,
    view::{SaveTemplate, TemplateForm},
};
use beadsbox_domain::Vat;
use tempfile::TempDir;

use super::{Centre, PASSWORD, Till, clock::TurnedClock, link::Link, program};

impl Centre {
    /// Writes a backup of the database.
    pub fn back_up(&self) -> PathBuf {
        let file = std::env::temp_dir().join(format!("{}.dump", uuid::Uuid::now_v7()));
        self.database.dump(&file);
        file
    }

    /// Puts the server back to that backup.
    pub async fn restore(&mut self, backup: &Path) {
        self.stop().await;
        self.database = self.database.restored(backup).await;
        self.pool = self.database.pool();
        fs::remove_file(backup).unwrap();
        self.start_again().await;
    }

    /// Gives the server another key.
    pub async fn change_key(&mut self) {
        self.stop().await;
        sqlx::query("UPDATE server SET signing_key = $1").bind(vec![7_u8; 32]).execute(&self.pool).await.unwrap();
        self.start_again().await;
    }
}

impl Till {
    /// The program on those files, behind that wire.
    pub async fn on(folder: TempDir, link: Link) -> Self {
        let clock = Arc::new(TurnedClock::default());
        let program = program(folder.path(), &clock);
        program.start().await;
        Self { folder, link, clock, program }
    }

    /// Ends the program and copies its files.
    pub fn copy_files(&mut self) -> TempDir {
        self.program.close();
        let copy = TempDir::new().unwrap();
        fs::create_dir(copy.path().join("data")).unwrap();
        for file in ["keys", "data/outbox.db", "data/cache.db"] {
            for ending in ["", "-wal", ".key-id"] {
                let name = format!("{file}{ending}");
                let there = self.folder.path().join(&name);
                if there.exists() {
                    fs::copy(there, copy.path().join(name)).unwrap();
                }
            }
        }
        copy
    }

    /// Starts the program again on its own files.
    pub async fn start_on_own_files(&mut self) {
        self.restart().await;
        self.until_signed_in("Ada").await;
    }

    /// A clone: the same files on another machine, both signed in.
    pub async fn copy(&mut self) -> Self {
        let files = self.copy_files();
        self.start_on_own_files().await;
        let clone = Self::on(files, self.link.clone()).await;
        clone.until_signed_in("Ada").await;
        clone
    }

    /// Signs in as soon as the server knows the device.
    pub async fn until_signed_in(&self, name: &str) {
        for _ in 0..100 {
            if self.sign_in(name, PASSWORD).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody can sign in: {:?}", self.sign_in(name, PASSWORD).await);
    }

    /// Revokes the device of that name.
    pub async fn revoke(&self, name: &str) {
        let overview = self.seat().sync_overview().await.unwrap();
        let device = overview.devices.iter().find(|device| device.name == name).unwrap().id.clone();
        self.seat().revoke_device(&device).await.unwrap();
    }

    /// Something that can be recorded without anything in the cache.
    pub async fn try_to_write_a_template(&self, title: &str) -> Result<(), AppError> {
        let form = TemplateForm {
            title: title.to_owned(),
            description: String::new(),
            price: "10".to_owned(),
            currency: "EUR".to_owned(),
            validity_months: None,
            vat: Vat::MultiPurpose,
        };
        self.seat().save_template(SaveTemplate { id: None, based_on: None, form }).await.map(drop)
    }
}
