//! Sample data: three shops, staff of each role and a year of vouchers in every status, all made by the same rules and the
//! same writing as what devices push.

mod bulk;
mod cast;
mod plot;
mod sampler;

use std::collections::BTreeMap;

use beadsbox_authority::Identity;
use beadsbox_domain::{DeviceId, Outcome, TemplateId, Timestamp};
use beadsbox_protocol::shop_page::ShopPageSettings;
use ed25519_dalek::SigningKey;
use jiff::SignedDuration;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    Clock,
    db::{
        self,
        device::{NewDevice, SERVER},
        feed::{self, Kind},
    },
    error::{Failure, StartError},
    feed::Feed,
    identity, organisation,
    password::Passwords,
    push::append,
    token,
};
use cast::{SHOPS, STAFF};
use plot::{Actor, Event, Plot, Ware};

pub use bulk::fill;

/// The two templates that come with every installation.
const FIRST_TEMPLATES: [u128; 2] = [0x019a_0000_0000_7000_8000_0000_0000_0001, 0x019a_0000_0000_7000_8000_0000_0000_0002];

/// What sample data there are.
pub struct Seeded {
    /// Whether they were there before.
    pub already: bool,
    /// How many vouchers have which status.
    pub vouchers: Vec<(String, i64)>,
    /// How many conflicts are open.
    pub open_conflicts: i64,
}

/// Adds sample data, unless they are there.
pub async fn seed(pool: &PgPool, clock: &Clock) -> Result<Seeded, StartError> {
    let mut tx = pool.begin().await?;
    // Two at once take turns; the second finds everything.
    sqlx::query("LOCK TABLE shop IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let already = db::shop::find(&mut tx, SHOPS[0].id).await?.is_some();
    if !already {
        let identity = identity::load_or_create(&mut tx, clock.now()).await?;
        add_all(&mut tx, &identity, clock.now()).await?;
    }
    let vouchers = sqlx::query_as("SELECT status, count(*) FROM voucher GROUP BY status ORDER BY status").fetch_all(&mut *tx).await?;
    let open_conflicts = sqlx::query_scalar("SELECT count(*) FROM conflict WHERE state = 'open'").fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Feed::new(pool.clone()).settle().await;
    Ok(Seeded { already, vouchers, open_conflicts })
}

async fn add_all(conn: &mut PgConnection, identity: &Identity, now: Timestamp) -> Result<(), Failure> {
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let passwords = Passwords::default();
    for shop in &SHOPS {
        organisation::create_shop(conn, shop.id, shop.name, shop.time_zone).await?;
    }
    // A week for what is paid in the shop.
    db::shop_page::change(conn, &ShopPageSettings { shop: Some(SHOPS[0].id), hold_hours: 168 }, None).await?;
    for staff in &STAFF {
        organisation::create_staff(conn, &passwords, staff.id, staff.name, staff.role, staff.password.to_owned()).await?;
    }
    let grace = SignedDuration::from_hours(i64::from(db::settings::read(conn).await?.policy.expiry_grace_hours));
    let plot = Plot::new(now, grace, first_wares(conn).await?)?.write()?;
    let devices = add_devices(conn, now).await?;
    play(conn, identity, &devices, plot).await
}

/// The templates that come with every installation, as they stand.
async fn first_wares(conn: &mut PgConnection) -> Result<Vec<Ware>, Failure> {
    let first = db::template::by_ids(conn, &FIRST_TEMPLATES.map(Uuid::from_u128)).await?;
    Ok(first.into_iter().map(|template| Ware { id: TemplateId(template.id.0), content: template.content }).collect())
}

/// What the device of an actor is called.
fn device_name(actor: Actor) -> String {
    match actor {
        Actor::Till(place) => format!("Till {}", SHOPS[place].name),
        Actor::Office => "Back office".to_owned(),
        Actor::Server => "Server".to_owned(),
    }
}

/// A till in each shop and one desk in the back office. Their keys are thrown away when the story is told.
async fn add_devices(conn: &mut PgConnection, now: Timestamp) -> Result<BTreeMap<Actor, (DeviceId, SigningKey)>, Failure> {
    let tills = SHOPS.iter().enumerate().map(|(place, shop)| (Actor::Till(place), shop));
    let mut devices = BTreeMap::new();
    for (actor, shop) in tills.chain([(Actor::Office, &SHOPS[0])]) {
        let name = device_name(actor);
        let key = SigningKey::from_bytes(&token::random()?);
        let id = DeviceId(Uuid::now_v7());
        let new = NewDevice {
            id,
            name: &name,
            shop: shop.id,
            public_key: &key.verifying_key(),
            profile: db::Profile::Office,
            token_hash: &token::random()?,
            enrolled_at: now,
        };
        db::device::insert(conn, &new).await?;
        feed::note(conn, Kind::Device, &[id.0]).await?;
        devices.insert(actor, (id, key));
    }
    Ok(devices)
}

/// Takes the events week by week, and in each week device by device: what follows a sale lies in a later week.
async fn play(conn: &mut PgConnection, identity: &Identity, devices: &BTreeMap<Actor, (DeviceId, SigningKey)>, plot: Plot) -> Result<(), Failure> {
    let Plot { events, persons, .. } = plot;
    let week = |event: &Event| event.draft.at.as_second().div_euclid(7 * 86_400);
    let mut batches: BTreeMap<(i64, Actor), Vec<Event>> = BTreeMap::new();
    for event in events {
        batches.entry((week(&event), event.actor)).or_default().push(event);
    }
    for ((_, actor), mut events) in batches {
        events.sort_by_key(|event| event.draft.at);
        let (id, key) = match devices.get(&actor) {
            Some((id, key)) => (*id, key),
            None => (SERVER, &identity.signing_key),
        };
        let device = db::device::lock(conn, id).await?.ok_or_else(|| Failure::Defect("a sample device is missing".to_owned()))?;
        let results = append(conn, identity, &device, key, events.into_iter().map(|event| event.draft), &persons).await?;
        if let Some(result) = results.iter().find(|result| matches!(result.result, Some(Outcome::Rejected { .. }) | None)) {
            return Err(Failure::Defect(format!("sample data were refused: {result:?}")));
        }
    }
    Ok(())
}

impl std::fmt::Display for Seeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total: i64 = self.vouchers.iter().map(|(_, count)| count).sum();
        let statuses: Vec<String> = self.vouchers.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let heading = if self.already { "The sample data were there already" } else { "Added sample data" };
        writeln!(f, "{heading}: {total} vouchers ({}), {} open conflicts.", statuses.join(", "), self.open_conflicts)?;
        writeln!(f, "\nShops:")?;
        for shop in &SHOPS {
            writeln!(f, "  {}", shop.name)?;
        }
        writeln!(f, "\nSign in as:")?;
        for staff in &STAFF {
            writeln!(f, "  {:<10} {:<14} ({})", staff.name, staff.password, staff.role.name())?;
        }
        Ok(())
    }
}
