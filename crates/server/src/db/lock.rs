//! Locks on what has no row to lock, held to the end of the transaction. Their numbers stand here together: nothing else in the
//! database may use them.

use sqlx::PgConnection;

/// What is locked.
#[derive(Debug, Clone, Copy)]
#[repr(i64)]
pub enum Lock {
    /// The feed's end: one sequencer at a time, however many processes serve.
    Sequencer = 0x6265_6164_7365_7131,
    /// Making a snapshot: one at a time, however many processes serve; one that dies gives it up.
    SnapshotMaker = 0x6265_6164_736e_6170,
    /// Honouring a voucher before its sale arrived, and that sale, must see each other. Sales share this lock, and whoever honours an
    /// unknown voucher takes it alone.
    UnknownVouchers = 0x6265_6164_756e_6b31,
    /// A template that is to be created, or one that a restore lost and of which vouchers come back: whoever may make it does so alone.
    UnknownTemplates = 0x6265_6164_756e_6b32,
    /// A device that is not there: whoever may bring one back does so alone.
    UnknownDevices = 0x6265_6164_756e_6b33,
    /// Booking what was done before there were books: one at a time, however many processes start.
    Books = 0x6265_6164_626f_6f6b,
    /// Telling the broker of jobs: one at a time, or each would be told of by all.
    Relay = 0x6265_6164_7265_6c79,
    /// Erasing buyers: one at a time, however many ask and however many processes look for who is kept no longer.
    Erasure = 0x6265_6164_6572_6173,
}

impl Lock {
    /// Waits until nobody else has it.
    pub async fn wait(self, conn: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(self as i64).execute(conn).await?;
        Ok(())
    }

    /// Waits until nobody has it alone.
    pub async fn wait_shared(self, conn: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query("SELECT pg_advisory_xact_lock_shared($1)").bind(self as i64).execute(conn).await?;
        Ok(())
    }

    /// Whether it was free, and is taken now. A statement of its own: the next one sees everything that was committed before.
    pub async fn try_take(self, conn: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(self as i64).fetch_one(conn).await
    }
}
