//! What is for sale, as buyers see it: read often, changed seldom. Whoever sells looks at the template itself, under its lock.

use std::{sync::Arc, time::Duration};

use beadsbox_protocol::catalogue::Catalogue;
use tokio::{sync::Mutex, time::Instant};

use crate::{db, error::Failure, state::App};

/// For how long a process shows what it read without asking anybody.
const NEAR: Duration = Duration::from_secs(1);
/// For how long all processes show what one of them read, where there is a Redis.
const FAR: Duration = Duration::from_secs(10);
/// Its name there. Another form of it is another name.
const NAME: &str = "catalogue:1";

/// What a process read last, and when.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Instant, Arc<Catalogue>)>>);

/// The templates that are for sale, at most eleven seconds old. Who asks while it is read waits for it and reads nothing themselves.
pub(crate) async fn on_sale(app: &App) -> Result<Arc<Catalogue>, Failure> {
    let mut kept = app.catalogue.0.lock().await;
    if let Some((read_at, catalogue)) = &*kept
        && read_at.elapsed() < NEAR
    {
        return Ok(Arc::clone(catalogue));
    }
    let catalogue = if let Some(catalogue) = app.memory.read(NAME).await {
        catalogue
    } else {
        let catalogue = Catalogue { templates: db::template::on_sale(&mut *app.pool.acquire().await?).await? };
        app.memory.keep(NAME, &catalogue, FAR).await;
        catalogue
    };
    let catalogue = Arc::new(catalogue);
    *kept = Some((Instant::now(), Arc::clone(&catalogue)));
    Ok(catalogue)
}
