//! What servers do so that a standby can take over, and that a copy says how old it is.

use std::time::Duration;

use tokio::time::sleep;

use crate::{db, error::Failure, state::App};

/// How often it is looked whether a standby took over, and how long to wait for a database that does not answer at the start.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Gives a sign of life. It waits for a standby like every commit; whoever ends the program does not wait for that.
pub(crate) async fn give_sign(app: &App) -> Result<(), Failure> {
    tokio::select! {
        () = app.stopped() => Ok(()),
        given = give(app) => given,
    }
}

async fn give(app: &App) -> Result<(), Failure> {
    Ok(db::sign_of_life::give(&mut *app.pool.acquire().await?).await?)
}

/// Where the address of the database names several machines: ends this process once another one was promoted, so that whoever restarts it has it
/// begin there. Also where the old primary still answers, which may not know that it is one.
pub(crate) async fn look_for_successor(app: App) {
    tokio::select! {
        () = app.stopped() => {}
        () = until_succeeded(&app) => {
            tracing::error!("another machine was promoted: this process ends");
            app.end_because_it_moved();
        }
    }
}

async fn until_succeeded(app: &App) {
    let url = app.database_url();
    if db::primary::addresses(url).len() < 2 {
        return std::future::pending().await;
    }
    let (system, timeline) = loop {
        if let Some(known) = own_place(app).await {
            break known;
        }
        sleep(LOOK_EVERY).await;
    };
    loop {
        sleep(LOOK_EVERY).await;
        match db::primary::is_succeeded(url, &system, &timeline).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "looking for another primary"),
        }
    }
}

/// The system and the timeline on which this process began. None where the database does not answer.
async fn own_place(app: &App) -> Option<(String, String)> {
    let home = db::server::known_home(&mut *app.pool.acquire().await.ok()?).await.ok()??;
    let mut parts = home.split('/').map(str::to_owned);
    Some((parts.next()?, parts.next()?))
}
