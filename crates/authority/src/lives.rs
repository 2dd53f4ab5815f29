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
    /// The server has to see the operations from that one on first.
    Gap(u64),
    /// That one differs from the operation that the server took under its number.
    Forked(u64),
    /// The operations do not lead to the tip.
    Tip,
}

impl Life {
    /// The life that begins with the enrolment, whose hash that is.
    pub const fn first(enrolment: ChainHash) -> Self {
        Self { incarnation: FIRST, quarantined: false, last_seq: 0, chain_hash: enrolment, parted_from: None, parted_after: 0, parted_hash: enrolment }
    }

    /// A copy's life, that parts from this one after that operation, whose hash both share. It begins in quarantine.
    #[must_use]
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

    /// Whether a batch may begin with that operation: those before it are here.
    pub const fn admits(&self, first_seq: u64) -> Result<(), Discord> {
        if first_seq > self.last_seq + 1 { Err(Discord::Gap(self.last_seq + 1)) } else { Ok(()) }
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
///
/// Where already the first one differs and they do not lead to the tip that the device signed, its chain was another one before: a
/// restore may have given its numbers to a copy of it. From which operation on, only all of them can tell.
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
    if hashes.last() != Some(&tip) {
        let begins_elsewhere = hashes.first().zip(held.first()).is_some_and(|(sent, held)| sent != held);
        return Err(if begins_elsewhere && first_seq > 1 { Discord::Gap(1) } else { Discord::Tip });
    }
    match hashes.iter().zip(held).zip(first_seq..).find(|((sent, held), _)| sent != held) {
        Some((_, differs)) => Err(Discord::Forked(differs)),
        None => Ok(hashes),
    }
}

/// Where operations are: of a life, from one to another, both included.
pub type Span = (Incarnation, u64, u64);

/// The operations from one to another along that lineage, those of the oldest life first: a life, the one from which it parted, and so on.
pub fn spans(lineage: &[Life], from: u64, to: u64) -> Vec<Span> {
    let mut until = lineage.first().map_or(0, |life| life.last_seq).min(to);
    let mut spans = Vec::with_capacity(lineage.len());
    for life in lineage {
        let begins = from.max(life.parted_after + 1);
        if begins <= until {
            spans.push((life.incarnation, begins, until));
        }
        until = until.min(life.parted_after);
    }
    spans.reverse();
    spans
}

/// The life along that lineage which holds the operation after which a copy parts; none where none does.
pub fn holder(lineage: &[Life], after: u64) -> Option<&Life> {
    lineage.first().filter(|life| after <= life.last_seq)?;
    lineage.iter().find(|life| after >= life.parted_after)
}

/// The number of a copy's life; none where the device has had too many. `newest` is the last one that the server knows, `lived` the
/// one that the copy had: a restore may have lost it, and its number stands in bodies.
pub fn next_number(newest: Incarnation, lived: Incarnation) -> Option<Incarnation> {
    (newest < MOST_LIVES).then(|| newest.max(lived.min(MOST_LIVES)) + 1)
}
