//! Who pushes at the same moment shares a transaction.
//!
//! The first to come begins; whoever comes while that is at work waits for the next one, and all who wait go together. Where several came together the
//! time before, the next transaction waits a moment for as many: it is over sooner for all of them, as `commit_delay` is in PostgreSQL. The moment is as
//! long as a transaction took: whoever comes too late for this one waits for as long, and costs as much once more. Whoever has waited longer than that
//! takes begins one of their own beside it: one that is held up by a lock does not hold up everybody. Of two of which the other one began less than that
//! ago one goes on: both would each take half of those who come, for ever.

use std::{
    collections::{HashSet, VecDeque},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use sqlx::{Postgres, Transaction, pool::PoolConnection};
use tokio::{
    sync::{Notify, oneshot},
    time::{sleep, timeout},
};

use super::{
    Pushed, Taken, alone,
    straight::{self, Done},
};
use crate::{db, error::Failure, state::App};

/// A push of more operations has a transaction to itself: it is long, and gains nothing from company.
pub(super) const MOST_OF_ONE: usize = 50;
/// The most pushes, and the most operations, of a transaction.
const MOST_PUSHES: usize = 32;
const MOST_OPERATIONS: usize = 200;
/// The longest that a transaction waits for as many as came together the time before, where the last one took less, and where it took more.
const GATHERING: Duration = Duration::from_millis(2);
const MOST_GATHERING: Duration = Duration::from_millis(12);
/// The longest that somebody waits before another transaction is begun, and how many there may be at once.
const PATIENCE: Duration = Duration::from_millis(25);
const MOST_AT_WORK: usize = 8;
/// The longest that a transaction takes: longer than any statement of it may.
const LONGEST: Duration = Duration::from_secs(30);

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
    /// How many of them wait for whoever comes. One too many costs time alone.
    gathering: usize,
    /// Which of them began last, and when; none where that is over.
    last_begun: Option<(TurnId, Instant)>,
    next_turn: u64,
    /// How many came together the time before, and how long their transaction took.
    company: usize,
    took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TurnId(u64);

struct Waiting {
    pushed: Arc<Pushed>,
    answer: oneshot::Sender<Result<Taken, Failure>>,
}

impl Waiting {
    /// By itself, while everybody else goes on, and as long as somebody waits for the answer: cut off, it is as if it had never come.
    fn take_alone(mut self, app: &App) {
        let app = app.clone();
        tokio::spawn(async move {
            let taken = tokio::select! {
                taken = alone::take(&app, &self.pushed) => taken,
                () = self.answer.closed() => return,
            };
            // Whoever asked may be gone by now.
            let _ = self.answer.send(taken);
        });
    }
}

/// Takes a push: with others, or by itself.
pub(super) async fn take(app: &App, pushed: &Arc<Pushed>) -> Result<Taken, Failure> {
    if pushed.batch.ops().len() > MOST_OF_ONE {
        pushed.check_signature()?;
        return take_long(app, pushed).await;
    }
    let (sender, mut answer) = oneshot::channel();
    let has_time = app.turns.add(Waiting { pushed: Arc::clone(pushed), answer: sender });
    begin(app, 1);
    if has_time {
        pushed.check_signature()?;
    }
    loop {
        tokio::select! {
            // Dropped without an answer only where the process fails: nobody knows what was taken, and who sends it again is told.
            answered = &mut answer => return answered.unwrap_or_else(|_| Err(Failure::unavailable())),
            () = sleep(PATIENCE) => begin(app, MOST_AT_WORK),
        }
    }
}

/// A transaction to itself.
async fn take_long(app: &App, pushed: &Pushed) -> Result<Taken, Failure> {
    let tx = db::begin_impatiently(&app.pool).await?;
    let done = straight::take(app, tx, &[pushed]).await.inspect_err(not_together).ok();
    if done.as_ref().is_some_and(|done| done.in_inbox) {
        app.feed.settle().await;
    }
    match done.and_then(|mut done| done.taken.pop().flatten()) {
        Some(taken) => Ok(taken),
        None => alone::take(app, pushed).await,
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
        queue.next_turn += 1;
        let id = TurnId(queue.next_turn);
        drop(queue);
        let turn = Turn { app: app.clone(), id, has_ended: false };
        tokio::spawn(turn.work());
    }
}

/// One transaction after the other, until nobody waits, or another turn goes on for those who do.
struct Turn {
    app: App,
    id: TurnId,
    /// It is counted no more.
    has_ended: bool,
}

impl Turn {
    async fn work(mut self) {
        let app = self.app.clone();
        let mut connection = None;
        loop {
            app.turns.queue().gathering += 1;
            // Already now, while those who go together next are on their way here.
            let begun = begin_on(&app, &mut connection).await;
            app.turns.gather().await;
            let Some(group) = app.turns.next(self.id) else {
                self.has_ended = true;
                // What did not begin in time, or not wholly, would be open on a connection that others use.
                if give_up(begun).await.is_err() {
                    close(&mut connection);
                }
                break;
            };
            let taking = Instant::now();
            let ended = take_together(&app, begun, &group).await;
            let took = taking.elapsed();
            tracing::trace!(pushes = group.len(), ?took, "pushes taken together");
            app.turns.note_company(group.len(), took);
            match &ended {
                Ok(done) if done.in_inbox => {
                    // The sequencer needs a connection of its own.
                    connection = None;
                    app.feed.settle().await;
                }
                Ok(_) => {}
                Err(Lost) => close(&mut connection),
            }
            answer(&app, group, ended.map(|done| done.taken).unwrap_or_default());
            if app.turns.is_left_to_another(self.id) {
                self.has_ended = true;
                break;
            }
        }
    }
}

impl Drop for Turn {
    /// Where it did not come to its end. Whoever waits begins another one before long.
    fn drop(&mut self) {
        if !self.has_ended {
            self.app.turns.queue().end(self.id);
        }
    }
}

/// A transaction, on the connection that the group before left, where it left one.
async fn begin_on<'c>(app: &App, connection: &'c mut Option<PoolConnection<Postgres>>) -> Result<Transaction<'c, Postgres>, Lost> {
    let begun = timeout(LONGEST, async {
        let used = match connection {
            Some(used) => used,
            None => connection.insert(app.pool.acquire().await?),
        };
        db::begin_impatiently_on(used).await
    });
    let begun = begun.await.map_err(|_| Failure::unavailable()).and_then(|begun| begun.map_err(Failure::from));
    begun.map_err(|failure| Lost::by(&failure))
}

/// Nothing is in it.
async fn give_up(begun: Result<Transaction<'_, Postgres>, Lost>) -> Result<(), Lost> {
    let ended = timeout(LONGEST, begun?.rollback()).await;
    ended.ok().and_then(Result::ok).ok_or(Lost)
}

/// Without asking how it is.
fn close(connection: &mut Option<PoolConnection<Postgres>>) {
    if let Some(mut lost) = connection.take() {
        lost.close_on_drop();
    }
}

/// Nobody is at the connection's other end, or it is not known how it is.
struct Lost;

impl Lost {
    fn by(failure: &Failure) -> Self {
        not_together(failure);
        Self
    }
}

async fn take_together(app: &App, begun: Result<Transaction<'_, Postgres>, Lost>, group: &[Waiting]) -> Result<Done, Lost> {
    let pushes: Vec<&Pushed> = group.iter().map(|waiting| waiting.pushed.as_ref()).collect();
    let taking = AssertUnwindSafe(straight::take(app, begun?, &pushes)).catch_unwind();
    let done = timeout(LONGEST, taking).await.map_err(|_| Lost::by(&Failure::unavailable()))?;
    // A fault of this program, at one of them: the others are not to be refused with it, now and whenever it is sent again.
    let done = done.map_err(|_| Lost::by(&Failure::Defect("a transaction of pushes panicked".to_owned())))?;
    Ok(done.inspect_err(not_together).unwrap_or_default())
}

fn answer(app: &App, group: Vec<Waiting>, taken: Vec<Option<Taken>>) {
    let mut taken = taken.into_iter();
    for waiting in group {
        match taken.next().flatten() {
            // Whoever asked may be gone.
            Some(taken) => _ = waiting.answer.send(Ok(taken)),
            None => waiting.take_alone(app),
        }
    }
}

impl Queue {
    /// That turn is counted no more, and nobody is left to it.
    fn end(&mut self, turn: TurnId) {
        self.at_work -= 1;
        self.last_begun.take_if(|(last, _)| *last == turn);
        if self.at_work == 0 {
            // Whoever comes next comes alone, as far as anybody knows, and waits for nobody.
            self.company = 0;
        }
    }
}

impl Turns {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // What is in it is whole whatever happened.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has time to look at its signature: a transaction that waits for it looks while the database works.
    fn add(&self, waiting: Waiting) -> bool {
        let mut queue = self.queue();
        queue.waiting.push_back(waiting);
        self.came.notify_one();
        queue.gathering == 0
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
        let longest = self.queue().took.clamp(GATHERING, MOST_GATHERING);
        // Then without the others.
        let _ = timeout(longest, enough).await;
    }

    /// Those who go together next, each of another device. None where nobody waits: then the turn is over, and counted no more.
    fn next(&self, turn: TurnId) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        queue.gathering = queue.gathering.saturating_sub(1);
        let (mut group, mut left, mut devices, mut operations) = (Vec::new(), VecDeque::new(), HashSet::new(), 0);
        for waiting in queue.waiting.drain(..).filter(|waiting| !waiting.answer.is_closed()) {
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
        if group.is_empty() {
            queue.end(turn);
            return None;
        }
        queue.last_begun = Some((turn, Instant::now()));
        Some(group)
    }

    /// Whether this turn is over, and counted no more, because another one is at work that nothing seems to hold up, and can take all who wait at once.
    fn is_left_to_another(&self, turn: TurnId) -> bool {
        let mut queue = self.queue();
        let moves = queue.last_begun.is_some_and(|(last, begun)| last != turn && begun.elapsed() < PATIENCE);
        let is_over = moves && queue.waiting.len() <= MOST_PUSHES;
        if is_over {
            queue.end(turn);
        }
        is_over
    }

    fn note_company(&self, together: usize, took: Duration) {
        let mut queue = self.queue();
        // Who was refused, or is gone, comes no more.
        queue.waiting.retain(|waiting| !waiting.answer.is_closed());
        queue.company = together + queue.waiting.len();
        queue.took = took;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: TurnId = TurnId(1);
    const MOVING: TurnId = TurnId(2);
    const OURS: TurnId = TurnId(3);

    /// Two turns at work, of which that one began last.
    fn two(last: TurnId, begun: Option<Instant>) -> Turns {
        let queue = Queue { at_work: 2, last_begun: begun.map(|begun| (last, begun)), ..Queue::default() };
        Turns { queue: Mutex::new(queue), came: Notify::new() }
    }

    /// No time has passed since then, however slow the machine is.
    fn now() -> Option<Instant> {
        Instant::now().checked_add(Duration::from_mins(1))
    }

    #[test]
    fn of_two_that_nothing_holds_up_one_is_left() {
        let turns = two(MOVING, now());
        assert!(!turns.is_left_to_another(MOVING), "somebody has to take whoever comes");
        assert_eq!(turns.queue().at_work, 2);
        assert!(turns.is_left_to_another(OURS));
        assert_eq!(turns.queue().at_work, 1);
    }

    #[test]
    fn nobody_is_left_to_one_that_is_held_up_or_over() {
        let turns = two(HELD, Instant::now().checked_sub(PATIENCE));
        assert!(!turns.is_left_to_another(OURS));
        let turns = two(MOVING, now());
        assert!(turns.next(MOVING).is_none(), "nobody waits");
        assert!(!turns.is_left_to_another(OURS));
        assert_eq!(turns.queue().at_work, 1);
    }

    #[test]
    fn whoever_comes_alone_after_others_waits_for_nobody() {
        let turns = two(MOVING, None);
        turns.note_company(4, GATHERING);
        assert!(turns.next(MOVING).is_none() && turns.queue().company == 4, "another one is at work");
        assert!(turns.next(OURS).is_none());
        assert_eq!(turns.queue().company, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn company_is_waited_for_as_long_as_a_transaction_takes() {
        for (took, waited) in [(1, GATHERING), (7, Duration::from_millis(7)), (900, MOST_GATHERING)] {
            let turns = Turns::default();
            turns.note_company(2, Duration::from_millis(took));
            let begun = tokio::time::Instant::now();
            turns.gather().await;
            assert_eq!(begun.elapsed(), waited);
        }
    }
}
