/// Why a document was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// More than a QR code holds (some 2,300 bytes at level M).
    #[error("the text of the QR code is too long: {0} bytes")]
    QrTooLong(usize),
    /// A receipt or a print of vouchers with nothing on it.
    #[error("nothing to print")]
    Nothing,
    /// A sum beyond 64 bits of minor units.
    #[error("a sum is out of range")]
    OutOfRange,
    /// A fault of this program: its own template does not compile.
    #[error("the document was not typeset: {0}")]
    Typeset(String),
}
