use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{Limits, NETWORK_PORT, PrintError, PrintFault, status};

/// How long one read waits, so that the limits are kept.
const TURN: Duration = Duration::from_millis(50);
/// What is given to it at once.
const PIECE: usize = 1024;
/// How long the printer has to close its side when it has everything.
const FAREWELL: Duration = Duration::from_millis(300);

pub(crate) fn send(address: &str, bytes: &[u8], limits: Limits) -> Result<(), PrintError> {
    let mut stream = connect(address, limits.connect)?;
    let option = |error: std::io::Error| PrintError::connecting(&error);
    stream.set_read_timeout(Some(TURN)).map_err(option)?;
    stream.set_write_timeout(Some(limits.write)).map_err(option)?;
    status::ask(&mut stream, limits.status)?;
    write(&mut stream, bytes, limits.write)?;
    // What the printer said in between is read before the end: closing over it would throw away what is on its way.
    stream.shutdown(Shutdown::Write).map_err(|error| PrintError::writing(bytes.len(), error.to_string()))?;
    drain(&mut stream, bytes.len())
}

/// The first of the name's addresses that answers.
fn connect(address: &str, patience: Duration) -> Result<TcpStream, PrintError> {
    let begun = Instant::now();
    let mut last = PrintError::new(PrintFault::UnknownAddress, "the name has no address");
    for found in resolve(address, patience)? {
        let left = patience.saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
        match TcpStream::connect_timeout(&found, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = PrintError::connecting(&error),
        }
    }
    Err(last)
}

/// The system's look-up has no limit of its own, so it may go on behind.
fn resolve(address: &str, patience: Duration) -> Result<Vec<SocketAddr>, PrintError> {
    let with_port = with_port(address).ok_or_else(|| PrintError::new(PrintFault::UnknownAddress, "not an address"))?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        // Nobody may be waiting any more.
        let _ = tell.send(with_port.to_socket_addrs().map(Vec::from_iter));
    });
    match told.recv_timeout(patience) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(PrintError::new(PrintFault::UnknownAddress, error.to_string())),
        Err(_) => Err(PrintError::new(PrintFault::Unreachable, "the name was not looked up in time")),
    }
}

/// `host` and `host:port`, IPv6 in brackets where a port follows.
fn with_port(address: &str) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.contains(|letter: char| letter.is_whitespace() || letter == '/') {
        return None;
    }
    let named = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    let bare_v6 = address.parse::<std::net::Ipv6Addr>().is_ok();
    match address.rsplit_once(':') {
        Some(_) if bare_v6 => Some(format!("[{address}]:{NETWORK_PORT}")),
        Some((host, port)) if !host.is_empty() && named(port) => Some(address.to_owned()),
        Some(_) if address.starts_with('[') && address.ends_with(']') => Some(format!("{address}:{NETWORK_PORT}")),
        Some(_) => None,
        None => Some(format!("{address}:{NETWORK_PORT}")),
    }
}

/// A printer takes bytes as fast as it prints; each write starts the system's limit anew, so the whole has one of its own.
fn write(stream: &mut TcpStream, bytes: &[u8], patience: Duration) -> Result<(), PrintError> {
    let (mut taken, begun) = (0, Instant::now());
    while taken < bytes.len() {
        let left = patience.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(PrintError::writing(taken, "it did not take everything in time"));
        }
        let piece = &bytes[taken..bytes.len().min(taken + PIECE)];
        match stream.set_write_timeout(Some(left)).and_then(|()| stream.write(piece)) {
            Ok(0) => return Err(PrintError::writing(taken, "it takes no more")),
            Ok(more) => taken += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(PrintError::writing(taken, error.to_string())),
        }
    }
    Ok(())
}

fn drain(stream: &mut TcpStream, taken: usize) -> Result<(), PrintError> {
    let begun = Instant::now();
    while begun.elapsed() < FAREWELL {
        match stream.read(&mut [0; 64]) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if status::is_silence(&error) => {}
            Err(error) => return Err(PrintError::writing(taken, error.to_string())),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_the_usual_one() {
        let read = |address| with_port(address);
        assert_eq!(read(" printer.local ").as_deref(), Some("printer.local:9100"));
        assert_eq!(read("10.0.0.7:9101").as_deref(), Some("10.0.0.7:9101"));
        assert_eq!(read("fe80::1").as_deref(), Some("[fe80::1]:9100"));
        assert_eq!(read("[fe80::1]").as_deref(), Some("[fe80::1]:9100"));
        assert_eq!(read("[fe80::1]:9102").as_deref(), Some("[fe80::1]:9102"));
        for wrong in ["", "a b", "http://printer", "printer:", "printer:0", "printer:99999", ":9100"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
