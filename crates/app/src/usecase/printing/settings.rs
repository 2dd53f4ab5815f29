//! Which printer this device has.

use beadsbox_documents::{EscPos, Language};
use beadsbox_domain::Deed;
use beadsbox_printer::{Limits, PrintError, PrintFault, Target, send};

use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    program::blocking,
    usecase::Seat,
    view::{PaperLanguage, PrinterKind, PrinterSettings},
};

/// What the printer is kept under.
pub(crate) const PRINTER: &str = "printer";
const BAUDS: std::ops::RangeInclusive<u32> = 300..=921_600;

impl Seat {
    /// The printer of this device.
    pub async fn printer_settings(&self) -> AppResult<PrinterSettings> {
        self.require(Deed::Sell)?;
        let kept = self.device.files(|store| Ok(store.preference(PRINTER)?)).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps which printer this device has.
    pub async fn set_printer_settings(&self, settings: PrinterSettings) -> AppResult<PrinterSettings> {
        self.require(Deed::Sell)?;
        let settings = PrinterSettings { address: settings.address.trim().to_owned(), port: settings.port.trim().to_owned(), ..settings };
        check(&settings)?;
        let text = serde_json::to_string(&settings).map_err(AppError::internal)?;
        self.device.files(move |store| Ok(store.set_preference(PRINTER, &text)?)).await?;
        Ok(settings)
    }

    /// Prints a page that shows letters, sizes and a code, with settings that need not be kept yet.
    pub async fn print_test(&self, settings: PrinterSettings, language: PaperLanguage) -> AppResult<()> {
        self.require(Deed::Sell)?;
        check(&settings)?;
        let till = self.device.place().name;
        let works = match language.into() {
            Language::En => "This printer works.",
            Language::Fr => "Cette imprimante fonctionne.",
        };
        let job = escpos(&settings).test_page("My Beads Box", &[&till, works]).map_err(AppError::internal)?;
        self.print(&settings, job).await
    }

    /// Hands the bytes to the printer.
    pub(super) async fn print(&self, settings: &PrinterSettings, job: Vec<u8>) -> AppResult<()> {
        let target = target(settings)?;
        let printer = match &target {
            Target::Network { address } => address.clone(),
            Target::Serial { port, .. } => port.clone(),
        };
        blocking(move || send(&target, &job, Limits::default()).map_err(|error| AppError::from(error).with("printer", printer))).await
    }
}

pub(super) fn escpos(settings: &PrinterSettings) -> EscPos {
    EscPos { width: settings.width.into(), code_page: settings.letters.into() }
}

fn target(settings: &PrinterSettings) -> AppResult<Target> {
    match settings.kind {
        PrinterKind::None => Err(AppError::new(ErrorCode::PrinterNotSet, "this device has no printer")),
        PrinterKind::Network => Ok(Target::Network { address: settings.address.clone() }),
        PrinterKind::Serial => Ok(Target::Serial { port: settings.port.clone(), baud: settings.baud }),
    }
}

fn check(settings: &PrinterSettings) -> AppResult<()> {
    let mut faults = FieldErrors::default();
    if settings.kind == PrinterKind::Network && settings.address.trim().is_empty() {
        faults.add("address", FieldErrorCode::Required, None);
    }
    if settings.kind == PrinterKind::Serial {
        if settings.port.trim().is_empty() {
            faults.add("port", FieldErrorCode::Required, None);
        }
        if settings.baud < *BAUDS.start() {
            faults.add("baud", FieldErrorCode::TooSmall, Some(*BAUDS.start()));
        } else if settings.baud > *BAUDS.end() {
            faults.add("baud", FieldErrorCode::TooLarge, Some(*BAUDS.end()));
        }
    }
    faults.finish()
}

impl From<PrintError> for AppError {
    fn from(error: PrintError) -> Self {
        let code = match error.fault {
            PrintFault::UnknownAddress => ErrorCode::PrinterUnknownAddress,
            PrintFault::Unreachable => ErrorCode::PrinterUnreachable,
            PrintFault::NoPrinterThere => ErrorCode::PrinterNotThere,
            PrintFault::NoSuchPort => ErrorCode::PrinterNoPort,
            PrintFault::Busy => ErrorCode::PrinterBusy,
            PrintFault::NotAllowed => ErrorCode::PrinterNotAllowed,
            PrintFault::NoPaper => ErrorCode::PrinterNoPaper,
            PrintFault::CoverOpen => ErrorCode::PrinterCoverOpen,
            PrintFault::NotReady => ErrorCode::PrinterNotReady,
            PrintFault::Interrupted => ErrorCode::PrinterInterrupted,
        };
        Self::new(code, error.to_string())
    }
}
