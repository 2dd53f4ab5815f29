use std::{
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

use serialport::{ErrorKind, SerialPort};

use crate::{Limits, PrintError, PrintFault, status};

/// How long one read or write waits, so that the limits are kept.
const TURN: Duration = Duration::from_millis(50);
/// A port that says that it has room takes this much at once. More may hold the write for as long as the printer holds the line,
/// because the library's limit is for the waiting before it alone.
const PIECE: usize = 32;

pub(crate) fn send(port: &str, baud: u32, bytes: &[u8], limits: Limits) -> Result<(), PrintError> {
    let mut stream = serialport::new(port, baud).timeout(TURN).open().map_err(|error| opening(&error))?;
    status::ask(&mut stream, limits.status)?;
    let (mut taken, begun) = (0, Instant::now());
    while taken < bytes.len() {
        in_time(taken, begun, limits)?;
        match stream.write(&bytes[taken..bytes.len().min(taken + PIECE)]) {
            Ok(more) => taken += more,
            Err(error) if status::is_silence(&error) => {}
            Err(error) => return Err(PrintError::writing(taken, error.to_string())),
        }
    }
    drained(stream.as_ref(), taken, begun, limits)
}

/// Closing the port throws away what it has not sent. Waiting by the system has no limit, so what is left is looked at.
fn drained(stream: &dyn SerialPort, taken: usize, begun: Instant, limits: Limits) -> Result<(), PrintError> {
    while stream.bytes_to_write().map_err(|error| PrintError::writing(taken, error.description))? > 0 {
        in_time(taken, begun, limits)?;
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn in_time(taken: usize, begun: Instant, limits: Limits) -> Result<(), PrintError> {
    if begun.elapsed() > limits.write {
        return Err(PrintError::writing(taken, "it did not take everything in time"));
    }
    Ok(())
}

fn opening(error: &serialport::Error) -> PrintError {
    let fault = match error.kind() {
        ErrorKind::NoDevice if is_busy(&error.description) => PrintFault::Busy,
        ErrorKind::NoDevice | ErrorKind::InvalidInput | ErrorKind::Io(std::io::ErrorKind::NotFound) => PrintFault::NoSuchPort,
        ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => PrintFault::NotAllowed,
        ErrorKind::Io(std::io::ErrorKind::ResourceBusy) => PrintFault::Busy,
        ErrorKind::Io(_) | ErrorKind::Unknown => PrintFault::NotReady,
    };
    PrintError::new(fault, error.description.clone())
}

/// The library has one kind for a port that is not there and for one that is taken.
fn is_busy(description: &str) -> bool {
    let description = description.to_lowercase();
    ["busy", "exclusive lock"].iter().any(|sign| description.contains(sign))
}
