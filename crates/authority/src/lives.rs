//! The lives of a device: whether a batch goes on a life's chain, and where a copy parts from it as a life of its own.

use beadsbox_protocol::{ChainHash, Incarnation, fork::QuarantineReason, rows::DeviceState};

/// The life that begins with the enrolment.
pub const FIRST: Incarnation = 1;
/// The most lives of one device: nobody restores an old copy that often, and each is a case for a person.
pub const MOST_LIVES: Incarnation = 20;

/// One life of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its number.
    pub incarnation: Incarnation,
    /// What it pushes waits for an admin.
    pub quarantined: bool,
    /// The last operation that the server holds of it, decided or waiting.
    pub last_seq: u64,
    /// The chain's hash after it.
    pub chain_hash: ChainHash,
    /// The life whose operations come before its own.
    pub parted_from: Option<Incarnation>,
    /// The last operation that both share; 0 where they share none.
    pub parted_after: u64,
    /// The chain's hash after it.
    pub parted_hash: ChainHash,
}

/// Why a batch does not go on a life's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discord {
    /// The server expects that operation next.
    Gap(u64),
    /// Operations before the batch's are of the life from which this one parted: it begins with that one.
    Before(u64),
    /// That one differs from the operation that the server took under its number.
    Forked(u64),
    /// The operations do not lead to the tip.
    Tip,
}

impl Life {
    /// The life that begins with the enrolment, whose hash that is.
    pub const fn first(enrolment: ChainHash) -> Self {
        Self {
            incarnation: FIRST,
            quarantined: false,
            last_seq: 0,
            chain_hash: enrolment,
            parted_from: None,
            parted_after: 0,
            parted_hash: enrolment,
        }
    }

    /// A copy's life, that parts from this one after that operation, whose hash both share. It begins in quarantine.
    pub const fn parted(&self, incarnation: Incarnation, after: u64, shared: ChainHash) -> Self {
        Self {
            incarnation,
            quarantined: true,
            last_seq: after,
            chain_hash: shared,
            parted_from: Some(self.incarnation),
            parted_after: after,
            parted_hash: shared,
        }
    }

    /// Whether a batch may begin with that operation.
    pub const fn admits(&self, first_seq: u64) -> Result<(), Discord> {
        if first_seq > self.last_seq + 1 {
            Err(Discord::Gap(self.last_seq + 1))
        } else if first_seq <= self.parted_after {
            Err(Discord::Before(self.parted_after + 1))
        } else {
            Ok(())
        }
    }

    /// Why what comes in this life of the device waits for an admin; none where it is decided at once.
    pub const fn quarantine(&self, device: DeviceState) -> Option<QuarantineReason> {
        match device {
            DeviceState::Revoked => Some(QuarantineReason::Revoked),
            DeviceState::Quarantined => Some(QuarantineReason::Fork),
            DeviceState::Active if self.quarantined => Some(QuarantineReason::Fork),
            DeviceState::Active => None,
        }
    }
}

/// The hash after each operation of a batch that a life admits. `before` is the server's hash before the batch, `held` those after
/// its first operations, which the server holds already.
pub fn follow<'a>(
    first_seq: u64,
    bodies: impl Iterator<Item = &'a str>,
    (before, held): (ChainHash, &[ChainHash]),
    tip: ChainHash,
) -> Result<Vec<ChainHash>, Discord> {
    let mut hash = before;
    let hashes: Vec<ChainHash> = bodies
        .map(|body| {
            hash = hash.then(body);
            hash
        })
        .collect();
    match hashes.iter().zip(held).zip(first_seq..).find(|((sent, held), _)| sent != held) {
        Some((_, differs)) => Err(Discord::Forked(differs)),
        None if hashes.last() != Some(&tip) => Err(Discord::Tip),
        None => Ok(hashes),
    }
}

/// Which operations are a life's: of each life along which it came, from the enrolment on, the first and the last one.
/// `lineage` is that life, the one from which it parted, and so on.
pub fn spans(lineage: &[Life]) -> Vec<(Incarnation, u64, u64)> {
    let mut until = lineage.first().map_or(0, |life| life.last_seq);
    let mut spans = Vec::with_capacity(lineage.len());
    for life in lineage {
        spans.push((life.incarnation, life.parted_after + 1, until));
        until = life.parted_after;
    }
    spans.reverse();
    spans
}

/// Whether a copy may part from that life after that operation.
pub const fn may_part(from: &Life, after: u64) -> bool {
    after >= from.parted_after && after <= from.last_seq
}

/// The number of a copy's life; none where the device has had too many. `newest` is the last one that the server knows, `lived` the
/// one that the copy had: a restore may have lost it, and its number stands in bodies.
pub fn next_number(newest: Incarnation, lived: Incarnation) -> Option<Incarnation> {
    (newest < MOST_LIVES).then(|| newest.max(lived.min(MOST_LIVES)) + 1)
}
