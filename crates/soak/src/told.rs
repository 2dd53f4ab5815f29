//! What a till tells: one line of JSON for each thing that a screen would show. A line that was read whole was seen by a person.

use std::io::{self, Write as _};

use beadsbox_domain::{OpId, Status, VoucherId};
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// Somebody is signed in and the counter is open.
    Open {
        /// Signed in without the server.
        offline: bool,
    },
    /// The program cannot start: no fault may lead to that.
    Blocked {
        /// Why.
        problem: String,
    },
    /// A sale is on this till's disk.
    Sold {
        /// The voucher.
        voucher: VoucherId,
        /// Its code.
        code: String,
        /// It goes to its buyer by mail.
        mailed: bool,
    },
    /// Somebody scanned a voucher. What became of it follows, unless the till dies first.
    Redeeming {
        /// The voucher.
        voucher: VoucherId,
    },
    /// The goods went.
    Redeemed {
        /// The voucher.
        voucher: VoucherId,
        /// The redemption; none where the till could not name it, which only happens with [`crate::till::Fault::AnswersEarly`].
        op: Option<OpId>,
        /// On whose word.
        word: Word,
    },
    /// Nothing went: refused by the server, by the limits, or by what the till knows.
    Refused {
        /// The voucher.
        voucher: VoucherId,
        /// Why, for whoever reads the journal.
        why: String,
    },
    /// An error was shown, which says that nothing was recorded.
    Failed {
        /// The voucher, where it was about one.
        voucher: Option<VoucherId>,
        /// The error.
        error: String,
    },
    /// All customers of the day were served.
    Worked,
    /// The day is closed; counts, and sums in minor units.
    DayClosed {
        /// Vouchers sold.
        sold: (u64, i64),
        /// Vouchers redeemed.
        redeemed: (u64, i64),
        /// Operations that were not sent yet.
        unsent: u64,
    },
    /// Nothing waits any more.
    Settled,
    /// A line of the grid, for the comparison at the end.
    Row {
        /// The voucher.
        voucher: VoucherId,
        /// Its code.
        code: String,
        /// As this till shows it.
        status: Status,
        /// Has an operation that the server has not acknowledged.
        waiting: bool,
    },
    /// After the last row: what the till says of its outbox.
    Outbox {
        /// Recorded on this device.
        operations: u64,
        /// Of those, with the server's outcome.
        acknowledged: u64,
        /// Of those, without.
        waiting: u64,
    },
}

/// On whose word goods went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The server accepted it.
    Confirmed,
    /// The till's own, within its limits.
    Honoured,
}

impl Told {
    /// Shows it: when this returns, the line is in the pipe, and no kill takes it back.
    pub fn tell(&self) -> io::Result<()> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        let mut output = io::stdout().lock();
        output.write_all(line.as_bytes())?;
        output.flush()
    }

    /// Reads a whole line.
    pub fn read(line: &str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }
}
