//! `POST /v1/devices/recognise`: knows a device again that a rewind lost.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    ErrorCode,
    enrol::{RecogniseRequest, RecogniseResponse, certificate_message, recognise_message},
    rows::{Device, DeviceState},
};
use ed25519_dalek::{Signature, VerifyingKey};

use super::{Refused, Server, refused, signing_key};
use crate::names;

/// The certificate of that device's enrolment.
pub fn certificate(number: u32) -> String {
    use ed25519_dalek::Signer as _;
    let device = names::device(number);
    let key = names::device_key(device).verifying_key().to_bytes();
    let message = certificate_message(device, names::shop(number), names::profile(number), &key, names::beginning());
    BASE64.encode(signing_key().sign(&message).to_bytes())
}

impl Server {
    /// Enrols one more device.
    pub fn enrol(&mut self, number: u32) {
        self.tables.enrol(number);
        self.settle();
    }

    /// Knows the device again under the token that it sends.
    pub fn recognise(&mut self, device: DeviceId, request: &RecogniseRequest) -> Result<RecogniseResponse, Refused> {
        let key = names::device_key(device).verifying_key();
        let signed = |by: &VerifyingKey, message: &[u8], signature: &str| {
            let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
            signature.is_some_and(|signature| by.verify_strict(message, &signature).is_ok())
        };
        let certificate = certificate_message(request.device_id, request.shop.id, request.profile, key.as_bytes(), request.enrolled_at);
        let certified = signed(&signing_key().verifying_key(), &certificate, &request.certificate);
        if !certified || !signed(&key, &recognise_message(device, &names::token_hash(device)), &request.proof) {
            return Err(refused(401, ErrorCode::UnknownDevice, "this server never certified that device"));
        }
        if self.tables.devices.contains_key(&device) {
            self.authenticated(device)?;
        } else {
            let row = Device {
                id: device,
                name: request.name.clone(),
                shop: request.shop.id,
                public_key: request.public_key.clone(),
                state: DeviceState::Active,
                offline: None,
                row_version: 1,
            };
            self.tables.put_device(row, request.profile);
            self.settle();
        }
        Ok(RecogniseResponse { epoch: self.epoch() })
    }
}
