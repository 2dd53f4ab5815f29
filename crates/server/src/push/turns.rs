//! Who pushes at the same moment shares a transaction.
//!
//! The first to come begins; whoever comes while that is at work waits for the next one, and all who wait go together. Where several came together the
//! time before, the next transaction waits a moment for as many: it is over sooner for all of them, as `commit_delay` is in PostgreSQL. Whoever has
//! waited longer than that takes begins one of their own beside it: one that is held up by a lock does not hold up everybody.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{Postgres, pool::PoolConnection};
use tokio::{
    sync::{Notify, oneshot},
    time::{sleep, timeout},
};

use super::{Pushed, Taken, alone, straight};
use crate::{db, error::Failure, state::App};

/// A push of more operations has a transaction to itself: it is long, and gains nothing from company.
const MOST_OF_ONE: usize = 50;
/// The most pushes, and the most operations, of a transaction.
const MOST_PUSHES: usize = 32;
const MOST_OPERATIONS: usize = 200;
/// The longest that a transaction waits for as many as came together the time before.
const GATHERING: Duration = Duration::from_millis(2);
/// The longest that somebody waits before another transaction is begun, and how many there may be at once.
const PATIENCE: Duration = Duration::from_millis(25);
const MOST_AT_WORK: usize = 8;

/// Those who wait for a transaction.
#[derive(Default)]
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    came: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many transactions are at work.
    at_work: usize,
    /// How many came together the time before.
    company: usize,
}

struct Waiting {
    pushed: Arc<Pushed>,
    answer: oneshot::Sender<Result<Taken, Failure>>,
}

impl Waiting {
    /// By itself, while everybody else goes on. Whoever asked may be gone.
    fn take_alone(self, app: &App) {
        let app = app.clone();
        tokio::spawn(async move { self.answer.send(alone::take(&app, &self.pushed).await) });
    }
}

/// Takes a push: with others, or by itself.
pub(super) async fn take(app: &App, pushed: &Arc<Pushed>) -> Result<Taken, Failure> {
    if pushed.batch.ops().len() > MOST_OF_ONE {
        let tx = db::begin_impatiently(&app.pool).await?;
        let taken = straight::take(app, tx, &[pushed]).await.inspect_err(not_together);
        return match taken.ok().and_then(|mut taken| taken.pop().flatten()) {
            Some(taken) => Ok(taken),
            None => alone::take(app, pushed).await,
        };
    }
    let (sender, mut answer) = oneshot::channel();
    app.turns.queue().waiting.push_back(Waiting { pushed: Arc::clone(pushed), answer: sender });
    app.turns.came.notify_one();
    begin(app, 1);
    loop {
        tokio::select! {
            // Dropped without an answer only where the process fails: nobody knows what was taken, and who sends it again is told.
            answered = &mut answer => return answered.unwrap_or_else(|_| Err(Failure::unavailable())),
            () = sleep(PATIENCE) => begin(app, MOST_AT_WORK),
        }
    }
}

fn not_together(failure: &Failure) {
    tracing::debug!(%failure, "pushes could not be taken together: each is taken by itself");
}

/// Begins another transaction, where fewer than that are at work.
fn begin(app: &App, most: usize) {
    let mut queue = app.turns.queue();
    if queue.at_work < most && !queue.waiting.is_empty() {
        queue.at_work += 1;
        drop(queue);
        let turn = Turn(app.clone());
        tokio::spawn(turn.work());
    }
}

/// One transaction after the other, until nobody waits.
struct Turn(App);

impl Turn {
    async fn work(self) {
        let mut connection = None;
        loop {
            self.0.turns.gather().await;
            let Some(group) = self.0.turns.next() else { break };
            take_group(&self.0, &mut connection, group).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.0.turns.queue();
        queue.at_work -= 1;
        drop(queue);
        // Somebody may have come since this one looked.
        begin(&self.0, 1);
    }
}

async fn take_group(app: &App, connection: &mut Option<PoolConnection<Postgres>>, group: Vec<Waiting>) {
    let pushes: Vec<&Pushed> = group.iter().map(|waiting| waiting.pushed.as_ref()).collect();
    let taken = take_together(app, connection, &pushes).await.inspect_err(not_together).unwrap_or_default();
    app.turns.note_company(group.len());
    let mut taken = taken.into_iter();
    for waiting in group {
        match taken.next().flatten() {
            // Whoever asked may be gone.
            Some(taken) => _ = waiting.answer.send(Ok(taken)),
            None => waiting.take_alone(app),
        }
    }
}

/// On the connection that the group before left, where it is as it should be.
async fn take_together(app: &App, connection: &mut Option<PoolConnection<Postgres>>, pushes: &[&Pushed]) -> Result<Vec<Option<Taken>>, Failure> {
    let mut used = match connection.take() {
        Some(connection) => connection,
        None => app.pool.acquire().await?,
    };
    let taken = straight::take(app, db::begin_impatiently_on(&mut used).await?, pushes).await?;
    *connection = Some(used);
    Ok(taken)
}

impl Turns {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // What is in it is whole whatever happened.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until as many wait as came together the time before, for a moment.
    async fn gather(&self) {
        let enough = async {
            loop {
                let came = self.came.notified();
                {
                    let queue = self.queue();
                    if queue.waiting.len() >= queue.company.min(MOST_PUSHES) {
                        return;
                    }
                }
                came.await;
            }
        };
        // Then without the others.
        let _ = timeout(GATHERING, enough).await;
    }

    /// Those who go together next, each of another device. None where nobody waits.
    fn next(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        let (mut group, mut left, mut devices, mut operations) = (Vec::new(), VecDeque::new(), HashSet::new(), 0);
        for waiting in queue.waiting.drain(..) {
            let size = waiting.pushed.batch.ops().len();
            let has_room = group.len() < MOST_PUSHES && operations + size <= MOST_OPERATIONS;
            if has_room && devices.insert(waiting.pushed.caller.id) {
                operations += size;
                group.push(waiting);
            } else {
                left.push_back(waiting);
            }
        }
        queue.waiting = left;
        (!group.is_empty()).then_some(group)
    }

    fn note_company(&self, together: usize) {
        let mut queue = self.queue();
        queue.company = together + queue.waiting.len();
    }
}
