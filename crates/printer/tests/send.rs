//! Over a real listener and a real pair of terminals.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use beadsbox_printer::{Limits, PrintFault, Target, send};

const ASKED: [u8; 6] = [0x10, 0x04, 2, 0x10, 0x04, 4];
const LIMITS: Limits = Limits { connect: Duration::from_secs(2), status: Duration::from_millis(200), write: Duration::from_secs(1) };

/// A printer on the network that does what it is told with its one connection.
fn printer<T: Send + 'static>(work: impl FnOnce(TcpStream) -> T + Send + 'static) -> (Target, JoinHandle<T>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (Target::Network { address }, thread::spawn(move || work(listener.accept().unwrap().0)))
}

fn all(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

fn fault(target: &Target, bytes: &[u8]) -> PrintFault {
    send(target, bytes, LIMITS).unwrap_err().fault
}

#[test]
fn a_printer_that_never_answers_gets_every_byte() {
    let job: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (target, printed) = printer(all);
    send(&target, &job, LIMITS).unwrap();
    assert_eq!(printed.join().unwrap(), [&ASKED[..], &job].concat());
}

#[test]
fn a_printer_that_is_well_gets_every_byte() {
    let (target, printed) = printer(|mut stream| {
        let mut asked = [0; 6];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(&[0x12, 0x12]).unwrap();
        (asked, all(stream))
    });
    send(&target, b"a job", LIMITS).unwrap();
    assert_eq!(printed.join().unwrap(), (ASKED, b"a job".to_vec()));
}

#[test]
fn a_printer_that_cannot_print_says_why_and_gets_nothing() {
    for (answers, why) in [
        ([0x16, 0x12], PrintFault::CoverOpen),
        ([0x32, 0x72], PrintFault::NoPaper),
        ([0x12, 0x72], PrintFault::NoPaper),
        ([0x52, 0x12], PrintFault::NotReady),
    ] {
        let (target, printed) = printer(move |mut stream| {
            stream.write_all(&answers).unwrap();
            let mut bytes = Vec::new();
            // It may be cut off: what it had until then counts.
            let _ = stream.read_to_end(&mut bytes);
            bytes
        });
        assert_eq!(fault(&target, b"a job"), why);
        assert!(printed.join().unwrap().len() <= ASKED.len(), "{why:?}");
    }
}

#[test]
fn paper_that_runs_low_still_prints() {
    let (target, printed) = printer(|mut stream| {
        stream.write_all(&[0x12, 0x1e]).unwrap();
        all(stream)
    });
    send(&target, b"a job", LIMITS).unwrap();
    assert!(printed.join().unwrap().ends_with(b"a job"));
}

#[test]
fn a_printer_that_stops_taking_bytes_is_told_as_interrupted_in_time() {
    let (target, held) = printer(|stream| {
        thread::sleep(Duration::from_secs(3));
        drop(stream);
    });
    let begun = Instant::now();
    assert_eq!(fault(&target, &vec![b'x'; 64 << 20]), PrintFault::Interrupted);
    assert!(begun.elapsed() < Duration::from_secs(3), "it gave up by itself");
    held.join().unwrap();
}

#[test]
fn a_printer_that_hangs_up_in_the_middle_is_told_as_interrupted() {
    let (target, gone) = printer(|mut stream| {
        stream.read_exact(&mut [0; 4096]).unwrap();
    });
    assert_eq!(fault(&target, &vec![b'x'; 64 << 20]), PrintFault::Interrupted);
    gone.join().unwrap();
}

#[test]
fn an_address_without_a_printer_is_told_apart_from_none() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    assert_eq!(fault(&Target::Network { address: free.to_string() }, b"x"), PrintFault::NoPrinterThere);
    for address in ["", "not an address", "http://127.0.0.1"] {
        assert_eq!(fault(&Target::Network { address: address.to_owned() }, b"x"), PrintFault::UnknownAddress, "{address}");
    }
}

#[cfg(unix)]
mod terminals {
    use std::fs::File;

    use serialport::{SerialPort as _, TTYPort};

    use super::*;

    /// The printer's end of a pair of terminals, the cable, and the name of our end. While there is a cable nothing hangs up.
    fn pair() -> (TTYPort, File, Target) {
        let (mut printer, mut ours) = TTYPort::pair().unwrap();
        printer.set_timeout(Duration::from_secs(2)).unwrap();
        ours.set_exclusive(false).unwrap();
        let port = ours.name().unwrap();
        let cable = File::options().read(true).write(true).open(&port).unwrap();
        (printer, cable, Target::Serial { port, baud: 19_200 })
    }

    #[test]
    fn a_serial_printer_gets_every_byte_as_it_is() {
        // Every byte, also those that a terminal would take for commands.
        let job: Vec<u8> = (0..=u8::MAX).cycle().take(3_000).collect();
        let (mut printer, _cable, target) = pair();
        let expected = [&ASKED[..], &job].concat();
        let length = expected.len();
        let taken = thread::spawn(move || {
            let mut bytes = vec![0; length];
            printer.read_exact(&mut bytes).unwrap();
            // It stays plugged in until our end has closed.
            (printer, bytes)
        });
        send(&target, &job, LIMITS).unwrap();
        assert_eq!(taken.join().unwrap().1, expected);
    }

    #[test]
    fn a_serial_printer_without_paper_says_so() {
        let (mut printer, _cable, target) = pair();
        let answers = thread::spawn(move || {
            printer.read_exact(&mut [0; 6]).unwrap();
            printer.write_all(&[0x32, 0x72]).unwrap();
            printer
        });
        assert_eq!(fault(&target, b"a job"), PrintFault::NoPaper);
        answers.join().unwrap();
    }

    #[test]
    fn a_serial_printer_that_takes_nothing_is_told_as_interrupted_in_time() {
        let (printer, _cable, target) = pair();
        let begun = Instant::now();
        assert_eq!(fault(&target, &vec![b'x'; 1 << 20]), PrintFault::Interrupted);
        assert!(begun.elapsed() < Duration::from_secs(5));
        drop(printer);
    }

    #[test]
    fn a_port_that_another_program_has_is_told_as_busy() {
        let (_printer, _cable, target) = pair();
        let Target::Serial { port, .. } = &target else { panic!("a serial port") };
        let _other = serialport::new(port, 9600).open().unwrap();
        assert_eq!(fault(&target, b"x"), PrintFault::Busy);
    }

    #[test]
    fn a_port_that_is_not_there_is_told_as_such() {
        let target = Target::Serial { port: "/dev/no-such-port".to_owned(), baud: 9600 };
        assert_eq!(fault(&target, b"x"), PrintFault::NoSuchPort);
    }
}
