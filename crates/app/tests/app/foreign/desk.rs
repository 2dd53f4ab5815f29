//! A person who imports: what their form says, and what they do with a table.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use beadsbox_app::view::{DayOrder, FieldColumn, ImportCheck, ImportForm, SheetLine, SheetUse, SheetView};
use beadsbox_domain::Vat;

use crate::stage::Till;

pub fn form(view: &SheetView) -> ImportForm {
    ImportForm { minor_units: view.minor_units, ..form_of(&view.mapping) }
}

pub fn form_of(mapping: &[FieldColumn]) -> ImportForm {
    ImportForm {
        source: "Old shop".to_owned(),
        mapping: mapping.to_vec(),
        minor_units: false,
        currency: "EUR".to_owned(),
        days: DayOrder::DayFirst,
        buyer: String::new(),
        template_id: None,
        vat: Vat::SinglePurpose { rate_basis_points: 2_000 },
    }
}

pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

impl Till {
    pub async fn open(&self, path: &Path) -> SheetView {
        self.seat().open_sheet(path, SheetUse::Import).await.unwrap()
    }

    pub fn all_lines(&self, only_refused: bool) -> Vec<SheetLine> {
        let mut lines = Vec::new();
        loop {
            let page = self.seat().sheet_lines(SheetUse::Import, only_refused, lines.len() as u64, 500).unwrap();
            if page.is_empty() {
                return lines;
            }
            lines.extend(page);
        }
    }

    pub async fn all_sent(&self) {
        for _ in 0..1_200 {
            if self.sync().await.waiting == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("not everything was sent: {:?}", self.seat().status_bar().await);
    }

    /// Looks at these lines and takes over the good ones.
    pub async fn import(&self, source: &str, lines: &str) -> ImportCheck {
        let path = self.folder.path().join("lines.csv");
        std::fs::write(&path, format!("code,title,price,buyer\n{lines}")).unwrap();
        let asked = ImportForm { source: source.to_owned(), ..form(&self.open(&path).await) };
        let check = self.seat().check_import(asked.clone()).await.unwrap();
        if check.good > 0 {
            assert_eq!(self.seat().run_import(asked).await.unwrap().imported, check.good);
        }
        check
    }
}
