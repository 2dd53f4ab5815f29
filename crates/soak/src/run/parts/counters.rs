//! What the tills told, as things that somebody waited for.

use std::{collections::HashMap, time::Instant};

use beadsbox_domain::VoucherId;

use super::seen::{Observation, Saw, Wait};
use crate::{
    run::Entry,
    told::{Told, Word},
};

/// A voucher that goes to its buyer by mail.
#[derive(Debug, Clone)]
pub struct Mailed {
    /// Its code, as it stands in the mail.
    pub code: String,
    /// The voucher.
    pub voucher: VoucherId,
    /// When it was sold.
    pub sold: Instant,
}

/// How long each redemption took, and on whose word it was.
pub fn redemptions(entries: &[Entry]) -> Vec<Observation> {
    let mut scanned: HashMap<usize, Instant> = HashMap::new();
    let mut seen = Vec::new();
    for Entry { till, told, at } in entries {
        let saw = match told {
            Told::Redeeming { .. } => {
                scanned.insert(*till, *at);
                continue;
            }
            Told::Redeemed { word: Word::Honoured, .. } => Saw::OwnWord,
            Told::Redeemed { .. } | Told::Refused { .. } => Saw::Answer,
            Told::Failed { error, .. } => Saw::Error(error.clone()),
            _ => continue,
        };
        if let Some(from) = scanned.remove(till) {
            seen.push(Observation { wait: Wait::Redemption, from, until: *at, saw });
        }
    }
    seen
}

/// What is to come by mail.
pub fn mailed(entries: &[Entry]) -> Vec<Mailed> {
    let sales = entries.iter().filter_map(|Entry { told, at, .. }| match told {
        Told::Sold { voucher, code, mailed: true } => Some(Mailed { code: code.clone(), voucher: *voucher, sold: *at }),
        _ => None,
    });
    sales.collect()
}

/// When tills told that something is done: sales, and goods that went.
pub fn acknowledged(entries: &[Entry]) -> Vec<Instant> {
    let done = entries.iter().filter(|entry| matches!(entry.told, Told::Sold { .. } | Told::Redeemed { .. }));
    done.map(|entry| entry.at).collect()
}
