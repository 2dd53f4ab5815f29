use std::io;

/// What kept the paper from being printed. A closed set: each has its words on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrintFault {
    /// Nothing has that name, or the address is none.
    UnknownAddress,
    /// Nothing answers there: switched off, unplugged, another network.
    Unreachable,
    /// There is a machine, but none that takes bytes to print.
    NoPrinterThere,
    /// There is no such serial port.
    NoSuchPort,
    /// Another program has it.
    Busy,
    /// This person may not use it.
    NotAllowed,
    /// Out of paper.
    NoPaper,
    /// Its cover is open.
    CoverOpen,
    /// It is there, but says that it cannot print.
    NotReady,
    /// It stopped in the middle: part of the paper may be printed.
    Interrupted,
}

/// Why the bytes did not reach the printer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault:?}: {detail}")]
pub struct PrintError {
    /// What kept it.
    pub fault: PrintFault,
    /// For the log.
    pub detail: String,
}

impl PrintError {
    pub(crate) fn new(fault: PrintFault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }

    /// A connection that did not come about.
    pub(crate) fn connecting(error: &io::Error) -> Self {
        let fault = match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => PrintFault::NoPrinterThere,
            io::ErrorKind::PermissionDenied => PrintFault::NotAllowed,
            io::ErrorKind::InvalidInput => PrintFault::UnknownAddress,
            _ => PrintFault::Unreachable,
        };
        Self::new(fault, error.to_string())
    }

    /// A fault before the first byte to print, or after it.
    pub(crate) fn writing(taken: usize, detail: impl Into<String>) -> Self {
        let fault = if taken == 0 { PrintFault::NotReady } else { PrintFault::Interrupted };
        Self::new(fault, detail)
    }
}
