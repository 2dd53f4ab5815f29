//! What somebody administers: one transaction, which is committed with its record and in no other way.

use std::ops::{Deref, DerefMut};

use beadsbox_domain::{StaffId, Timestamp, text::Reason};
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::{
    db::{
        self,
        admin_act::{self, ActKind},
    },
    error::Failure,
    state::App,
};

/// An act that has begun. Dropped without [`Act::done`], nothing of it has happened.
pub(crate) struct Act {
    tx: Transaction<'static, Postgres>,
    by: StaffId,
    at: Timestamp,
    /// None for the command line: whoever serves moves its changes into the feed.
    app: Option<App>,
}

impl Act {
    /// Begins what that person does.
    pub async fn begin(app: &App, by: StaffId) -> Result<Self, Failure> {
        Ok(Self { tx: db::begin(&app.pool).await?, by, at: app.clock.now(), app: Some(app.clone()) })
    }

    /// Begins what the server does by itself.
    pub async fn by_server(app: &App) -> Result<Self, Failure> {
        Self::begin(app, StaffId(Uuid::nil())).await
    }

    /// Begins what is done by the server's command line.
    pub async fn by_command_line(pool: &PgPool) -> Result<Self, Failure> {
        Ok(Self { tx: db::begin(pool).await?, by: StaffId(Uuid::nil()), at: Timestamp::now(), app: None })
    }

    /// It turned out who does it.
    pub const fn is_by(&mut self, by: StaffId) {
        self.by = by;
    }

    /// Who does it; the nil id for the server itself and its command line.
    pub const fn by(&self) -> StaffId {
        self.by
    }

    /// When it began, which is when it is said to have been done.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Ends it with nothing done. Dropped, it would end too, but only some time later, and keep its locks until then.
    pub async fn given_up(self) -> sqlx::Result<()> {
        self.tx.rollback().await
    }

    /// Writes the record, commits, and has the feed tell the devices of what they are to see of it.
    pub async fn done(self, done: Done<'_>) -> Result<(), Failure> {
        self.record(done).await?.commit().await
    }

    /// Writes the record, for whoever has more to write that names it.
    pub async fn record(mut self, done: Done<'_>) -> Result<Recorded, Failure> {
        let subject = done.subject.map(|(id, _)| id);
        let log = Log { kind: done.kind, subject, details: Value::Object(done.details.clone()) };
        let id = admin_act::insert(&mut self.tx, self.by, self.at, done).await?;
        Ok(Recorded { act: self, id, log })
    }
}

impl Deref for Act {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for Act {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

/// What was done, once for the record and for the log.
pub(crate) struct Done<'a> {
    pub kind: ActKind,
    /// What it was done to, and what that is called now.
    pub subject: Option<(Uuid, &'a str)>,
    pub details: Map<String, Value>,
    pub reason: Option<&'a Reason>,
}

impl<'a> Done<'a> {
    pub fn new(kind: ActKind) -> Self {
        Self { kind, subject: None, details: Map::new(), reason: None }
    }

    pub fn to(mut self, id: Uuid, name: &'a str) -> Self {
        self.subject = Some((id, name));
        self
    }

    /// A detail. Never a secret, and nothing of a buyer.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// A detail as it was and as it is; nothing where it is as it was.
    pub fn changed<T: Into<Value> + PartialEq>(self, name: &str, before: T, after: T) -> Self {
        if before == after {
            return self;
        }
        self.with(name, json!({"before": before.into(), "after": after.into()}))
    }

    /// Why, in somebody's own words. They are kept, and stand in no log.
    pub fn because(mut self, reason: Option<&'a Reason>) -> Self {
        self.reason = reason;
        self
    }
}

/// What the log says of an act once it is committed.
struct Log {
    kind: ActKind,
    subject: Option<Uuid>,
    details: Value,
}

/// An act whose record is written, in the same transaction.
pub(crate) struct Recorded {
    act: Act,
    id: Uuid,
    log: Log,
}

impl Recorded {
    /// The record's.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The transaction.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.act
    }

    /// Commits, and has the feed tell the devices of what they are to see of it.
    pub async fn commit(self) -> Result<(), Failure> {
        let Self { act: Act { tx, by, app, .. }, id, log: Log { kind, subject, details } } = self;
        tx.commit().await?;
        tracing::info!(act = %id, %by, kind = kind.name(), subject = subject.map(tracing::field::display), %details, "administered");
        if let Some(app) = app {
            app.feed.settle().await;
        }
        Ok(())
    }
}
