//! A run as data: how large it is and what happens in it, step by step, all of it made from the seed before anything runs. A step
//! names devices and messages by numbers that are taken modulo what there is, so that any part of the steps is a run as well.

use beadsbox_domain::{OfflineLimits, Policy};

use crate::rng::Rng;

/// How large a run is, and how it is set up.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// 2 to 10.
    pub devices: u32,
    /// The most rows in a page.
    pub page_rows: usize,
    /// The most operations in a push.
    pub batch: usize,
    /// From how many entities in the feed on an empty cache is filled from a snapshot.
    pub snapshot_from: usize,
    /// Every commit point of a device's files lets others go first.
    pub slow_disks: bool,
    /// What the organisation set.
    pub policy: Policy,
}

/// What a person does at a device. The number beside it chooses the voucher or the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Sells a voucher.
    Sell,
    /// Redeems one: asks the server, or honours it where there is none.
    Redeem,
    /// Redeems one that is shown as used already, as a copy of the paper would have it.
    RedeemAgain,
    /// Corrects a redemption.
    Undo,
    /// Cancels a voucher, or refunds one that is cancelled.
    CancelOrRefund,
    /// Redeems one in spite of its expiry.
    HonourExpired,
    /// Gives one a later last day.
    Extend,
    /// Issues another voucher for one.
    Replace,
    /// Records that a bank took the money back, or writes a note.
    ChargebackOrNote,
    /// Settles a conflict.
    Settle,
    /// Makes a template, edits it, or archives it.
    Template,
}

/// How an operation is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strange {
    /// Of a format that the server does not know yet.
    Newer,
    /// No operation at all.
    Undecodable,
    /// It names another shop than the device's.
    ForeignHeader,
    /// Its id was used before.
    RepeatedId,
}

/// What ends with a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The program: what was committed stays.
    Program,
    /// The power: so many of the cache's last commits that were not synced go with it.
    Power(u8),
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A person does something.
    Do { device: u8, deed: Deed, pick: u16 },
    /// The answer to a device's oldest open ask did not come in 800 ms.
    AskTimesOut { device: u8 },
    /// A device begins to send and take.
    Sync { device: u8 },
    /// A request arrives. 0 is the oldest one; any other comes before it.
    Deliver { pick: u8 },
    /// A reply arrives.
    Answer { pick: u8 },
    /// A request is lost; its sender gives up.
    LoseRequest { pick: u8 },
    /// A reply is lost, after the server has committed.
    LoseReply { pick: u8 },
    /// A reply is cut: half of it is no JSON.
    CutReply { pick: u8 },
    /// A request arrives, and the network keeps a copy of it that arrives later.
    Repeat { pick: u8 },
    /// A device's network goes or comes back.
    Link { device: u8, up: bool },
    /// A device's program ends at once, and starts again.
    Crash { device: u8, loss: Loss },
    /// It ends at the commit point that many from now.
    CrashAt { device: u8, points: u8, loss: Loss },
    /// Somebody deletes a device's cache.
    DeleteCache { device: u8 },
    /// Notes which operations the cache holds.
    NoteContained { device: u8 },
    /// A device's clock jumps.
    Clock { device: u8, seconds: i32 },
    /// Time passes.
    Time { seconds: u32 },
    /// An operation that the server cannot take as it is.
    Strange { device: u8, how: Strange },
    /// The sequencer stops or goes on.
    Sequencer { stopped: bool },
    /// Somebody is barred, or let in again.
    Bar { staff: u8 },
    /// A device is revoked.
    Revoke { device: u8 },
    /// One more device is enrolled.
    Enrol,
    /// An admin decides on what waits in quarantine of one life.
    Decide { pick: u8, accept: bool },
    /// The server marks the vouchers that are overdue.
    Expire,
    /// The server keeps a backup.
    Backup,
    /// The server goes back to its backup.
    Rewind,
    /// A copy of a device's outbox is kept.
    KeepOutbox { device: u8 },
    /// The copy is put back.
    PutBackOutbox { device: u8 },
    /// A device is copied, files and keyring.
    Clone { device: u8 },
}

/// Which kinds of trouble a run has. Each run has some of them, so that none hides another.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
struct Troubles {
    network: bool,
    links: bool,
    crashes: bool,
    caches: bool,
    clocks: bool,
    strange: bool,
    sequencer: bool,
    barred: bool,
    revoked: bool,
    rewound: bool,
    copies: bool,
    enrolled: bool,
    expiry: bool,
}

impl Troubles {
    fn draw(rng: &mut Rng) -> Self {
        Self {
            network: !rng.one_in(4),
            links: rng.one_in(2),
            crashes: rng.one_in(2),
            caches: rng.one_in(3),
            clocks: rng.one_in(4),
            strange: rng.one_in(3),
            sequencer: rng.one_in(3),
            barred: rng.one_in(6),
            revoked: rng.one_in(8),
            rewound: rng.one_in(3),
            copies: rng.one_in(3),
            enrolled: rng.one_in(4),
            expiry: rng.one_in(3),
        }
    }
}

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its seed.
    pub seed: u64,
    /// How large it is.
    pub size: Size,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The run of that seed; `steps` says how many steps, where the seed should not.
    pub fn of_seed(seed: u64, steps: Option<usize>) -> Self {
        let mut rng = Rng::new(seed);
        let most_devices = if rng.one_in(3) { 9 } else { 3 };
        let size = Size {
            devices: 2 + rng.below(most_devices),
            page_rows: *rng.pick(&[1, 3, 10, 100, 2000]),
            batch: *rng.pick(&[1, 2, 10, 500]),
            snapshot_from: *rng.pick(&[10, 60, usize::MAX]),
            slow_disks: rng.one_in(2),
            policy: Policy { offline: OfflineLimits { most_redemptions: *rng.pick(&[2, 20, 500]), ..OfflineLimits::default() }, ..Policy::default() },
        };
        let troubles = Troubles::draw(&mut rng);
        let drawn = 300 + 100 * rng.below(28) as usize;
        let count = steps.unwrap_or(drawn);
        let steps = (0..count).map(|_| step(&mut rng, &troubles)).collect();
        Self { seed, size, steps }
    }
}

fn device(rng: &mut Rng) -> u8 {
    low(rng.below(256))
}

fn low(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

/// Mostly the oldest message; now and then a later one overtakes it.
fn message(rng: &mut Rng, reordered: bool) -> u8 {
    if reordered && rng.one_in(3) { low(1 + rng.below(8)) } else { 0 }
}

fn step(rng: &mut Rng, troubles: &Troubles) -> Step {
    let device = device(rng);
    match rng.below(100) {
        0..20 => Step::Do { device, deed: deed(rng), pick: pick(rng) },
        20..23 => Step::AskTimesOut { device },
        23..35 => Step::Sync { device },
        35..60 => Step::Deliver { pick: message(rng, troubles.network) },
        60..86 => Step::Answer { pick: message(rng, troubles.network) },
        86 => Step::NoteContained { device },
        87 => Step::Time { seconds: time(rng) },
        88..92 if troubles.network => match rng.below(4) {
            0 => Step::LoseRequest { pick: low(rng.below(4)) },
            1 => Step::LoseReply { pick: low(rng.below(4)) },
            2 => Step::CutReply { pick: low(rng.below(4)) },
            _ => Step::Repeat { pick: low(rng.below(4)) },
        },
        92..94 if troubles.links => Step::Link { device, up: rng.one_in(2) },
        94 | 95 if troubles.crashes => {
            let loss = if rng.one_in(2) { Loss::Program } else { Loss::Power(low(rng.below(6))) };
            if rng.one_in(3) {
                Step::Crash { device, loss }
            } else {
                Step::CrashAt { device, points: low(rng.below(12)), loss }
            }
        }
        _ => rare(rng, troubles, device),
    }
}

/// What happens a few times in a run.
fn rare(rng: &mut Rng, troubles: &Troubles, device: u8) -> Step {
    match rng.below(40) {
        0..2 if troubles.caches => Step::DeleteCache { device },
        2..5 if troubles.clocks => Step::Clock { device, seconds: *rng.pick(&[-100_000, -4000, -400, 30, 400, 4000, 100_000]) },
        5..8 if troubles.strange => {
            let how = *rng.pick(&[Strange::Newer, Strange::Undecodable, Strange::ForeignHeader, Strange::RepeatedId]);
            Step::Strange { device, how }
        }
        8..12 if troubles.sequencer => Step::Sequencer { stopped: rng.one_in(2) },
        12 if troubles.barred => Step::Bar { staff: low(rng.below(4)) },
        13 if troubles.revoked && rng.one_in(4) => Step::Revoke { device },
        14..19 if troubles.rewound => Step::Backup,
        19..22 if troubles.rewound => Step::Rewind,
        22..24 if troubles.copies => Step::KeepOutbox { device },
        24 if troubles.copies => Step::PutBackOutbox { device },
        25 if troubles.copies && rng.one_in(2) => Step::Clone { device },
        26..28 if troubles.copies || troubles.revoked => Step::Decide { pick: low(rng.below(4)), accept: !rng.one_in(3) },
        28 if troubles.enrolled && rng.one_in(4) => Step::Enrol,
        29..31 if troubles.expiry => Step::Expire,
        _ => Step::Answer { pick: 0 },
    }
}

fn pick(rng: &mut Rng) -> u16 {
    // Low numbers come far more often, so that devices meet at the same vouchers.
    let spread = [2, 4, 16, 1024][rng.below(4) as usize];
    u16::try_from(rng.below(spread)).unwrap_or(0)
}

fn time(rng: &mut Rng) -> u32 {
    match rng.below(20) {
        0 => 40 * 24 * 3600,
        1..4 => 6 * 3600,
        _ => rng.below(600),
    }
}

fn deed(rng: &mut Rng) -> Deed {
    match rng.below(23) {
        0..5 => Deed::Sell,
        5..12 => Deed::Redeem,
        12 => Deed::RedeemAgain,
        13..15 => Deed::Undo,
        15 | 16 => Deed::CancelOrRefund,
        17 => Deed::HonourExpired,
        18 => Deed::Settle,
        19 => Deed::Extend,
        20 => Deed::Replace,
        21 => Deed::ChargebackOrNote,
        _ => Deed::Template,
    }
}
