//! `beadsbox-server device`

use beadsbox_domain::ShopId;
use sqlx::PgPool;

use super::output::line;
use crate::{
    db::{self, Profile},
    error::StartError,
    organisation,
};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Makes a one-time code with which a device enrols
    Code {
        /// Where it will stand: the shop's name or id
        #[arg(long)]
        shop: String,
        /// What it is sent: a counter gets no e-mail addresses
        #[arg(long, value_parser = profile, default_value = "office")]
        profile: Profile,
    },
    /// Lists the devices with their last contact
    List,
}

/// The profile of that name.
fn profile(name: &str) -> Result<Profile, String> {
    Profile::from_name(name).ok_or_else(|| "counter or office".to_owned())
}

pub(super) async fn run(pool: &PgPool, command: Command) -> Result<(), StartError> {
    match command {
        Command::Code { shop, profile } => {
            let mut conn = pool.acquire().await?;
            let found = match shop.parse::<ShopId>() {
                Ok(id) => db::shop::find(&mut conn, id).await?,
                Err(_) => db::shop::find_by_name(&mut conn, &shop).await?,
            };
            let found = found.ok_or_else(|| StartError::Refused(format!("no shop {shop:?}")))?;
            line(&organisation::add_enrolment_code(pool, found.id, profile).await?.code)
        }
        Command::List => {
            for device in db::device::all(&mut *pool.acquire().await?).await? {
                let state = serde_json::to_value(device.state).map_or_else(|_| String::new(), |state| state.as_str().unwrap_or_default().to_owned());
                let seen = device.last_contact_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                let waiting = device.waiting.map_or_else(|| "?".to_owned(), |count| count.to_string());
                line(&format!(
                    "{} {} ({}, {state}) last contact {seen}, {} operations, {waiting} waiting",
                    device.id,
                    device.name,
                    device.profile.name(),
                    device.last_seq
                ))?;
            }
            Ok(())
        }
    }
}
