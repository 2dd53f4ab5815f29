//! Does the jobs of which the broker tells.

use std::{
    future::poll_fn,
    sync::{Arc, atomic::Ordering},
    task::Poll,
};

use beadsbox_protocol::trace::{TRACE_HEADER, Trace};
use futures_util::StreamExt as _;
use lapin::{
    Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicRejectOptions},
    types::AMQPValue,
};
use tokio::{
    task::JoinSet,
    time::{Duration, sleep},
};

use super::{Broken, BrokerConfig, Message, line::Line, pause};
use crate::{
    jobs::queue::{Which, do_job, lanes},
    state::App,
};

/// How long a message is kept before it goes back, where the database is away: it comes again at once.
const KEPT: Duration = Duration::from_secs(1);

/// Takes messages and does their jobs until the server stops. What is being done when the line breaks is done to its end: its lease is in the database.
pub(crate) async fn consume(app: App, config: BrokerConfig) {
    let mut working = JoinSet::new();
    let mut failures = 0;
    while !*app.stopping.borrow() {
        let broken = match stand(&app, &config, &mut working, &mut failures).await {
            Ok(line) => {
                // Their answers go over this line.
                while working.join_next().await.is_some() {}
                line.close().await;
                return;
            }
            Err(broken) => broken,
        };
        if app.broker.consumes.swap(false, Ordering::Relaxed) || failures == 0 {
            tracing::warn!(error = %broken, "the line by which the broker tells of jobs broke; until it is back, workers look in the database");
            app.bell.ring();
        }
        tokio::select! {
            () = app.stopped() => {}
            () = sleep(pause(failures)) => failures += 1,
        }
    }
    while working.join_next().await.is_some() {}
}

/// Opens a line and takes messages until the server stops, or the line breaks.
async fn stand(app: &App, config: &BrokerConfig, working: &mut JoinSet<()>, failures: &mut u32) -> Result<Line, Broken> {
    let line = Line::open(config, "beadsbox worker").await?;
    let ahead = u16::try_from(app.config.workers).unwrap_or(u16::MAX).max(1);
    let mut consumers = line.consume(lanes(app), ahead).await?;
    app.broker.consumes.store(true, Ordering::Relaxed);
    *failures = 0;
    tracing::info!("the broker tells of jobs");
    loop {
        let delivery = tokio::select! {
            () = app.stopped() => return Ok(line),
            delivery = next(&mut consumers) => delivery?,
        };
        let hand = tokio::select! {
            () = app.stopped() => return Ok(line),
            hand = Arc::clone(&app.hands).acquire_owned() => hand,
        };
        let app = app.clone();
        working.spawn(async move {
            let _hand = hand;
            answer(&app, delivery).await;
        });
        while working.try_join_next().is_some() {}
    }
}

/// The next message, of the first lane that has one.
async fn next(consumers: &mut [Consumer]) -> Result<Delivery, Broken> {
    let message = poll_fn(|context| {
        for consumer in consumers.iter_mut() {
            if let Poll::Ready(message) = consumer.poll_next_unpin(context) {
                return Poll::Ready(message);
            }
        }
        Poll::Pending
    });
    match message.await {
        Some(delivery) => Ok(delivery?),
        None => Err(Broken::Ended),
    }
}

/// Does the job of a message, and answers once what came of it is noted. An answer that does not arrive makes the message come once more, to somebody who
/// finds nothing left to do.
async fn answer(app: &App, delivery: Delivery) {
    let Ok(message) = serde_json::from_slice::<Message>(&delivery.data) else {
        tracing::error!(bytes = delivery.data.len(), "a message of the broker cannot be read: it goes to its dead letters");
        return told(delivery.reject(BasicRejectOptions { requeue: false }).await);
    };
    match do_job(app, Which::This(message.job, trace_of(&delivery))).await {
        Ok(_) => told(delivery.ack(BasicAckOptions::default()).await),
        Err(error) => {
            tracing::error!(%error, job = %message.job, "taking or ending a job failed; its message goes back");
            sleep(KEPT).await;
            told(delivery.reject(BasicRejectOptions { requeue: true }).await);
        }
    }
}

/// The trace that a message names.
fn trace_of(delivery: &Delivery) -> Option<Trace> {
    match delivery.properties.headers().as_ref()?.inner().get(TRACE_HEADER)? {
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok().and_then(Trace::parse),
        _ => None,
    }
}

fn told(answer: lapin::Result<bool>) {
    if let Err(error) = answer {
        tracing::debug!(%error, "the broker could not be answered; it tells of this job once more");
    }
}
