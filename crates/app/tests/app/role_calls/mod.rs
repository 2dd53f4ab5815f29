//! The commands of tables, batches and imports, with forms of which nothing comes.

pub mod table;

use beadsbox_app::{
    AppError, Seat,
    view::{BatchFileForm, BatchFormat, BatchWords, DayOrder, FieldColumn, ImportForm, IssueForm, PaperLanguage, RefusedWords, SheetField, SheetUse},
};
use beadsbox_domain::{Payment, Vat};

use crate::roles::NOBODY;

pub async fn work_on_tables(seat: &Seat, command: &str) -> Result<(), AppError> {
    let nowhere = std::path::Path::new("/nowhere/at/all.csv");
    match command {
        "open_sheet" => seat.open_sheet(nowhere, SheetUse::Import).await.map(drop),
        "close_sheet" => seat.close_sheet(),
        "sheet_lines" => seat.sheet_lines(SheetUse::Issue, false, 0, 1).map(drop),
        "save_refused_lines" => seat.save_refused_lines(SheetUse::Import, refused_words(), nowhere).await,
        "work_progress" => seat.work_progress().map(drop),
        "stop_work" => seat.stop_work(),
        "issue_choices" => seat.issue_choices().await.map(drop),
        "check_issue" => seat.check_issue(issue()).await.map(drop),
        "issue_batch" => seat.issue_batch(issue(), NOBODY).await.map(drop),
        "batches" => seat.batches().await.map(drop),
        "save_batch" => seat.save_batch(batch(), nowhere).await.map(drop),
        "check_import" => seat.check_import(import()).await.map(drop),
        "last_import" => seat.last_import().map(drop),
        _ => seat.run_import(import()).await.map(drop),
    }
}

fn refused_words() -> RefusedWords {
    let text = || "Word".to_owned();
    RefusedWords { title: text(), line: text(), reason: text(), fields: Vec::new(), faults: Vec::new(), language: PaperLanguage::En }
}

fn issue() -> IssueForm {
    let text = || "Text".to_owned();
    let (template_id, email) = (NOBODY.to_owned(), String::new());
    IssueForm { template_id, name: text(), number: Some(1), buyer: text(), email, mail: None, mapping: Vec::new(), payment: Payment::Other }
}

fn batch() -> BatchFileForm {
    let text = || "Text".to_owned();
    let words = BatchWords {
        code: text(),
        title: text(),
        buyer: text(),
        email: text(),
        recipient: text(),
        message: text(),
        price: text(),
        expires_on: text(),
        status: text(),
        qr: text(),
        statuses: Vec::new(),
    };
    BatchFileForm { batch_id: NOBODY.to_owned(), format: BatchFormat::Csv, title: text(), words, with_price: true, language: PaperLanguage::En }
}

fn import() -> ImportForm {
    ImportForm {
        source: "Before".to_owned(),
        mapping: vec![FieldColumn { field: SheetField::Code, column: 0 }],
        minor_units: false,
        currency: "EUR".to_owned(),
        days: DayOrder::DayFirst,
        buyer: String::new(),
        template_id: None,
        vat: Vat::MultiPurpose,
    }
}
