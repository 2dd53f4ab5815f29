//! Asks an ESC/POS printer how it is, before it is given anything to print.
//!
//! `DLE EOT 2` asks why it is offline, `DLE EOT 4` for its paper (Epson's reference, "Transmit real-time status"). Printers that do not
//! speak back are common, above all behind print servers and on three-wire cables: silence means nothing.

use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use crate::{PrintError, PrintFault};

const ASK: [u8; 6] = [0x10, 0x04, 2, 0x10, 0x04, 4];
/// Each answer has these bits so, whatever it says; anything else is no answer.
const FIXED: (u8, u8) = (0b1001_0011, 0b0001_0010);
const COVER_OPEN: u8 = 0b0000_0100;
const STOPPED_FOR_PAPER: u8 = 0b0010_0000;
const FAULTY: u8 = 0b0100_0000;
const NO_PAPER: u8 = 0b0110_0000;

/// Fails where the printer says that it cannot print. The stream's reads must end after a short time by themselves.
pub(crate) fn ask(stream: &mut (impl Read + Write), patience: Duration) -> Result<(), PrintError> {
    stream.write_all(&ASK).map_err(|error| PrintError::writing(0, error.to_string()))?;
    let (mut answers, begun) = (Vec::<u8>::new(), Instant::now());
    while answers.len() < 2 && begun.elapsed() < patience {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => answers.extend(byte.iter().filter(|byte| **byte & FIXED.0 == FIXED.1)),
            Err(error) if is_silence(&error) => {}
            Err(error) => return Err(PrintError::writing(0, error.to_string())),
        }
    }
    match answers[..] {
        [offline, ..] if offline & COVER_OPEN != 0 => Err(PrintError::new(PrintFault::CoverOpen, format!("offline for {offline:#04x}"))),
        [_, paper] if paper & NO_PAPER == NO_PAPER => Err(PrintError::new(PrintFault::NoPaper, format!("paper {paper:#04x}"))),
        [offline, ..] if offline & STOPPED_FOR_PAPER != 0 => Err(PrintError::new(PrintFault::NoPaper, format!("offline for {offline:#04x}"))),
        [offline, ..] if offline & FAULTY != 0 => Err(PrintError::new(PrintFault::NotReady, format!("offline for {offline:#04x}"))),
        _ => Ok(()),
    }
}

pub(crate) fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
