//! What a device signs to be known again, and to go on as another life.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_protocol::{
    Profile,
    enrol::{RecogniseRequest, certificate_message, recognise_message},
    export::Issuer,
    fork::{self, ForkRequest},
    rows::Shop,
};
use beadsbox_store::{Enrolment, Fork, Store, StoreError};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Asks for a life of its own from that fork on.
pub(crate) fn fork_request(key: &SigningKey, fork: &Fork) -> ForkRequest {
    ForkRequest {
        device_id: fork.device,
        incarnation: fork.incarnation,
        fork_seq: fork.seq,
        fork_hash: fork.hash.to_string(),
        signature: BASE64.encode(fork::sign(key, fork.device, fork.incarnation, fork.seq, fork.hash)),
    }
}

/// Shows the enrolment's certificate; none where these files do not say what it was given for.
pub(crate) fn recognition(store: &Store, key: &SigningKey, token: &str) -> Result<Option<RecogniseRequest>, StoreError> {
    let Some(issuer) = issuer(store)? else { return Ok(None) };
    let token_hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let proof = key.sign(&recognise_message(issuer.device_id, &token_hash)).to_bytes();
    Ok(Some(RecogniseRequest {
        device_id: issuer.device_id,
        name: issuer.name,
        shop: issuer.shop,
        profile: issuer.profile,
        public_key: issuer.public_key,
        enrolled_at: issuer.enrolled_at,
        certificate: issuer.certificate,
        proof: BASE64.encode(proof),
    }))
}

/// This device with its certificate; none where these files do not say what it was given for.
pub(crate) fn issuer(store: &Store) -> Result<Option<Issuer>, StoreError> {
    let Some(enrolment) = store.enrolment()? else { return Ok(None) };
    let Some(profile) = enrolment.profile.or_else(|| certified_profile(&enrolment)) else { return Ok(None) };
    let Some(shop) = shop(store, &enrolment)? else { return Ok(None) };
    Ok(Some(Issuer {
        device_id: enrolment.device,
        name: store.place()?.name,
        shop,
        profile,
        public_key: hex::encode(enrolment.public_key),
        enrolled_at: enrolment.enrolled_at,
        certificate: enrolment.certificate,
    }))
}

/// The shop as the cache knows it, or else as it was at the enrolment: the cache may be empty by now.
fn shop(store: &Store, enrolment: &Enrolment) -> Result<Option<Shop>, StoreError> {
    let cached = store.view()?.directory().shops().into_iter().find(|shop| shop.id == enrolment.shop).cloned();
    let kept = enrolment.shop_name.clone().zip(enrolment.time_zone.clone());
    Ok(cached.or_else(|| kept.map(|(name, time_zone)| Shop { id: enrolment.shop, name, time_zone, row_version: 1, ..Shop::default() })))
}

/// Files from before the profile was kept: the certificate was signed over it.
fn certified_profile(enrolment: &Enrolment) -> Option<Profile> {
    let server = VerifyingKey::from_bytes(&enrolment.server_public_key).ok()?;
    let certificate = Signature::from_slice(&BASE64.decode(&enrolment.certificate).ok()?).ok()?;
    [Profile::Counter, Profile::Office].into_iter().find(|profile| {
        let message = certificate_message(enrolment.device, enrolment.shop, *profile, &enrolment.public_key, enrolment.enrolled_at);
        server.verify_strict(&message, &certificate).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::{DeviceId, ShopId, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_certificate_says_for_which_profile_it_was_given() {
        let (server, device) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let mut enrolment = Enrolment {
            device: DeviceId(Uuid::from_u128(1)),
            incarnation: 1,
            name: "Till".to_owned(),
            shop: ShopId(Uuid::from_u128(2)),
            server_url: String::new(),
            epoch: Uuid::nil(),
            server_public_key: server.verifying_key().to_bytes(),
            certificate: String::new(),
            enrolled_at: Timestamp::UNIX_EPOCH,
            public_key: device.verifying_key().to_bytes(),
            profile: None,
            shop_name: None,
            time_zone: None,
        };
        assert_eq!(certified_profile(&enrolment), None);
        for profile in [Profile::Counter, Profile::Office] {
            let message = certificate_message(enrolment.device, enrolment.shop, profile, &enrolment.public_key, enrolment.enrolled_at);
            enrolment.certificate = BASE64.encode(server.sign(&message).to_bytes());
            assert_eq!(certified_profile(&enrolment), Some(profile));
        }
    }
}
