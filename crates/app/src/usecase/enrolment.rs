//! First start: a one-time code makes this device known to a server.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{VoucherCode, text::Name};
use beadsbox_protocol::{
    badge, enrol,
    enrol_ticket::{EnrolTicket, EnrolTicketError},
    signed_code::{SignedCode, SignedCodeError},
};
use beadsbox_store::{Enrolment, Store};
use beadsbox_sync::{HttpServer, ServerAddress};
use ed25519_dalek::Signer as _;

use super::readings::MOST_READINGS;
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    host::Host,
    program::blocking,
    secrets::DeviceSecrets,
    view::{EnrolForm, EnrolmentScan},
};

/// What somebody scanned or pasted before this device was enrolled; `readings` are what its keys are on several layouts.
pub fn read_scan(readings: Vec<String>) -> EnrolmentScan {
    let mut found = EnrolmentScan::Other;
    for reading in readings.into_iter().take(MOST_READINGS) {
        match EnrolTicket::parse(&reading) {
            Ok(ticket) => {
                let (server, code, device_name) = (ticket.server().to_owned(), ticket.code().to_owned(), ticket.name().map(str::to_owned));
                return EnrolmentScan::Ticket { server, code, device_name };
            }
            Err(EnrolTicketError::NewerForm) => found = EnrolmentScan::Newer,
            Err(EnrolTicketError::NotATicket) if found == EnrolmentScan::Other => found = other(&reading),
            Err(EnrolTicketError::NotATicket) => {}
            Err(_) => found = EnrolmentScan::Damaged,
        }
    }
    found
}

/// What people may have at hand instead.
fn other(reading: &str) -> EnrolmentScan {
    if badge::hash(reading).is_some() {
        EnrolmentScan::Badge
    } else if VoucherCode::parse(reading).is_ok() || SignedCode::parse(reading) != Err(SignedCodeError::NotSigned) {
        EnrolmentScan::Voucher
    } else {
        EnrolmentScan::Other
    }
}

/// Enrols, and keeps what the server said: the token in the keyring first, then the rest in the outbox. A crash in between
/// leaves a device that enrols again with the same key and code, and gets the same identity.
pub(crate) async fn enrol(host: &Host, store: &Arc<Store>, mut secrets: DeviceSecrets, form: EnrolForm) -> AppResult<DeviceSecrets> {
    let mut faults = FieldErrors::default();
    let name = faults.take("device_name", Name::new(&form.device_name));
    let code = form.code.trim().to_uppercase();
    if code.is_empty() {
        faults.add("code", FieldErrorCode::Required, None);
    }
    if form.server.trim().is_empty() {
        faults.add("server", FieldErrorCode::Required, None);
    }
    faults.finish()?;
    let Some(name) = name else { return Err(AppError::internal("a name without a fault")) };

    let server = HttpServer::new(ServerAddress::parse(&form.server)?, host.ca_file.as_ref())?;
    server.info().await?;
    let key = secrets.signing_key()?;
    let request = enrol::EnrolRequest {
        name: name.as_str().to_owned(),
        public_key: hex::encode(key.verifying_key().as_bytes()),
        proof: BASE64.encode(key.sign(&enrol::proof_message(&code)).to_bytes()),
        code,
    };
    let response = server.enrol(&request).await?;
    secrets.token = Some(response.token.clone());
    let enrolment = Enrolment::answered(response, request.name, server.address().to_string(), key.verifying_key().to_bytes())
        .ok_or_else(|| AppError::new(ErrorCode::NotABeadsboxServer, "the server's key is not a key"))?;
    let (host, store) = (host.clone(), Arc::clone(store));
    blocking(move || {
        secrets.save(host.secrets.as_ref())?;
        store.enrol(&enrolment)?;
        Ok(secrets)
    })
    .await
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::VoucherCode;

    use super::*;

    fn read(text: &str) -> EnrolmentScan {
        read_scan(vec![text.to_owned()])
    }

    #[test]
    fn a_ticket_gives_address_code_and_name_and_anything_else_says_what_it_is() {
        let ticket = EnrolTicket::new("http://till-server:8000", "7KQ2-M9XA-4TBD", Some("Till 3")).unwrap().text();
        let said = EnrolmentScan::Ticket {
            // Also over plain http: what may be typed is decided where it is used, as with a typed one.
            server: "http://till-server:8000".to_owned(),
            code: "7KQ2-M9XA-4TBD".to_owned(),
            device_name: Some("Till 3".to_owned()),
        };
        assert!(read(&ticket) == said);
        assert!(read_scan(vec!["?&é\"'".to_owned(), ticket.to_lowercase()]) == said, "the reading that is one is meant");
        assert!(read(&ticket[..ticket.len() - 1]) == EnrolmentScan::Damaged);
        assert!(read("MBE2:ABC") == EnrolmentScan::Newer);
        assert!(read(&VoucherCode::from_random([7; 8]).to_string()) == EnrolmentScan::Voucher);
        assert!(read("MBB1:NCFOXN%TS3DH") == EnrolmentScan::Voucher);
        assert!(read(&badge::text(&[7; badge::SECRET_BYTES])) == EnrolmentScan::Badge);
        for nothing in ["", "4006381333931", "https://vouchers.example.org"] {
            assert!(read(nothing) == EnrolmentScan::Other, "{nothing}");
        }
        assert!(read_scan(Vec::new()) == EnrolmentScan::Other);
    }
}
