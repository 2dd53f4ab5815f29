//! Hears of new heads and of jobs from the other processes.

use std::time::Duration;

use sqlx::postgres::PgListener;

use crate::{
    db::{self, to_count},
    error::Failure,
    state::App,
};

/// How long to wait after the connection was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens until the program ends.
pub(crate) async fn listen(app: App) {
    tokio::select! {
        () = app.stopped() => {}
        () = listen_for_ever(&app) => {}
    }
}

async fn listen_for_ever(app: &App) {
    loop {
        if let Err(error) = listen_once(app).await {
            tracing::warn!(%error, "the connection that hears of changes was lost; it comes back by itself");
        }
        app.feed.wake_all();
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(app: &App) -> Result<(), Failure> {
    let mut listener = PgListener::connect_with(&app.pool).await?;
    listener.listen_all([db::feed::CHANNEL, db::job::CHANNEL]).await?;
    // What was told before this connection listened.
    let head = db::feed::head(&mut *app.pool.acquire().await?).await?;
    app.feed.note_head(head.map_or(0, |(head, _)| to_count(head)));
    app.bell.ring();
    // None is a lost connection: the next one starts by reading the head.
    while let Some(notification) = listener.try_recv().await? {
        match notification.payload().parse() {
            Ok(head) if notification.channel() == db::feed::CHANNEL => app.feed.note_head(head),
            _ => app.bell.ring(),
        }
    }
    Ok(())
}
