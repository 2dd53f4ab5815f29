//! First start: a one-time code makes this device known to a server.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::text::Name;
use beadsbox_protocol::enrol;
use beadsbox_store::{Enrolment, Store};
use beadsbox_sync::{HttpServer, ServerAddress};
use ed25519_dalek::Signer as _;

use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    host::Host,
    program::blocking,
    secrets::DeviceSecrets,
    view::EnrolForm,
};

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
