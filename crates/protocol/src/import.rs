//! Vouchers of another system: the same line of its file is the same voucher, however often and on whatever device it is imported.

use beadsbox_domain::{
    ExternalCode, Money, TemplateId, Vat, VoucherId,
    text::{Name, Title},
};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

const VOUCHER: &[u8] = b"beadsbox imported voucher 1";
const TEMPLATE: &[u8] = b"beadsbox imported template 2";

/// The voucher that stands for that system's one of that code.
pub fn voucher_id(source: &Name, code: &ExternalCode) -> VoucherId {
    VoucherId(derived(VOUCHER, &[source.as_str().as_bytes(), code.as_str().as_bytes()]))
}

/// The template of what that system sold under that title at that price, taxed so, where there is none here: everything that is not the same
/// of all of them is in it, so that two devices which make the same id make the same template.
pub fn template_id(source: &Name, title: &Title, price: Money, vat: Vat) -> TemplateId {
    let rate = match vat {
        Vat::SinglePurpose { rate_basis_points } => rate_basis_points.to_be_bytes().to_vec(),
        Vat::MultiPurpose => Vec::new(),
    };
    let (currency, minor) = (price.currency.code(), price.minor.to_be_bytes());
    TemplateId(derived(TEMPLATE, &[source.as_str().as_bytes(), title.as_str().as_bytes(), currency.as_bytes(), &minor, &rate]))
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
