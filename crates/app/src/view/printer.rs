use beadsbox_documents as documents;
use serde::{Deserialize, Serialize};

/// How the till's printer is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PrinterKind {
    /// There is none: receipts are PDFs.
    #[default]
    None,
    Network,
    Serial,
}

/// How wide its roll is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RollWidth {
    Mm58,
    #[default]
    Mm80,
}

/// Which letters it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LetterTable {
    #[default]
    Pc858,
    Windows1252,
}

/// The printer of this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PrinterSettings {
    pub kind: PrinterKind,
    /// `host` or `host:port`, for a network printer.
    pub address: String,
    /// `/dev/ttyUSB0`, `COM3`, for a serial one.
    pub port: String,
    /// Bits a second.
    pub baud: u32,
    pub width: RollWidth,
    pub letters: LetterTable,
}

impl Default for PrinterSettings {
    fn default() -> Self {
        Self {
            kind: PrinterKind::None,
            address: String::new(),
            port: String::new(),
            baud: 19_200,
            width: RollWidth::default(),
            letters: LetterTable::default(),
        }
    }
}

/// The language of what is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PaperLanguage {
    En,
    Fr,
}

/// Papers of a sale to make.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct PaperForm {
    /// The vouchers of one sale.
    pub voucher_ids: Vec<String>,
    pub language: PaperLanguage,
    /// Whether the price stands on a voucher; a receipt always has it.
    pub with_price: bool,
}

impl From<PaperLanguage> for documents::Language {
    fn from(language: PaperLanguage) -> Self {
        match language {
            PaperLanguage::En => Self::En,
            PaperLanguage::Fr => Self::Fr,
        }
    }
}

impl From<RollWidth> for documents::Width {
    fn from(width: RollWidth) -> Self {
        match width {
            RollWidth::Mm58 => Self::Mm58,
            RollWidth::Mm80 => Self::Mm80,
        }
    }
}

impl From<LetterTable> for documents::CodePage {
    fn from(letters: LetterTable) -> Self {
        match letters {
            LetterTable::Pc858 => Self::Pc858,
            LetterTable::Windows1252 => Self::Windows1252,
        }
    }
}
