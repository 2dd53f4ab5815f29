//! Vouchers of another system: the same line of its file is the same voucher, however often and on whatever device it is imported.

use beadsbox_domain::{
    ExternalCode, Money, TemplateId, VoucherId,
    text::{Name, Title},
};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

const VOUCHER: &[u8] = b"beadsbox imported voucher 1";
const TEMPLATE: &[u8] = b"beadsbox imported template 1";

/// The voucher that stands for that system's one of that code.
pub fn voucher_id(source: &Name, code: &ExternalCode) -> VoucherId {
    VoucherId(derived(VOUCHER, &[source.as_str().as_bytes(), code.as_str().as_bytes()]))
}

/// The template of what that system sold under that title at that price, where there is none here.
pub fn template_id(source: &Name, title: &Title, price: Money) -> TemplateId {
    let parts = [source.as_str().as_bytes(), title.as_str().as_bytes(), price.currency.code().as_bytes(), &price.minor.to_be_bytes()];
    TemplateId(derived(TEMPLATE, &parts))
}

/// A UUID of version 8 (RFC 9562, section 5.8) from SHA-256 over the parts, each after its length so that no two lists of them are alike.
fn derived(purpose: &[u8], parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in [purpose].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
