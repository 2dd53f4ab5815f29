//! `beadsbox-server shop-page`

use beadsbox_protocol::{reservation::ReservationCode, shop_page::ShopPageSettings};
use sqlx::PgPool;

use super::output::line;
use crate::{act::Act, db, error::StartError, shop};

/// The most orders that are listed.
const MOST: i64 = 100;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Sells on the page, for a shop
    Open {
        /// The shop whose business it is
        #[arg(long)]
        shop: String,
        /// How many hours a voucher is held that is paid in the shop
        #[arg(long, default_value_t = 168)]
        hold_hours: u16,
    },
    /// Sells nothing on the page any more; what was ordered can still be paid
    Close,
    /// Says for which shop the page sells, and which orders a person has to look at
    Show,
}

pub(super) async fn run(pool: &PgPool, command: Command) -> Result<(), StartError> {
    match command {
        Command::Open { shop, hold_hours } => {
            let found = db::shop::find_by_name(&mut *pool.acquire().await?, &shop).await?;
            let id = found.ok_or_else(|| StartError::Refused(format!("there is no shop called {shop}")))?.id;
            let settings = ShopPageSettings { shop: Some(id), hold_hours };
            let name = shop::set_page(Act::by_command_line(pool).await?, &settings, None).await?.unwrap_or_default();
            line(&format!("The shop page sells for {name}."))
        }
        Command::Close => {
            // What was ordered is held as before, and so is what is ordered once it opens again.
            let (settings, row_version) = db::shop_page::settings(&mut *pool.acquire().await?).await?;
            shop::set_page(Act::by_command_line(pool).await?, &ShopPageSettings { shop: None, ..settings }, Some(row_version)).await?;
            line("The shop page sells nothing.")
        }
        Command::Show => show(pool).await,
    }
}

async fn show(pool: &PgPool) -> Result<(), StartError> {
    let mut conn = pool.acquire().await?;
    match db::shop_page::read(&mut conn).await? {
        Some(page) => line(&format!(
            "The shop page sells for {}, and holds what is paid there for {} hours.",
            page.shop.name,
            page.holds.as_hours()
        ))?,
        None => line("The shop page sells nothing.")?,
    }
    for order in db::shop_order::in_trouble(&mut conn, MOST).await? {
        let reservation = ReservationCode::parse(&order.reservation).map_or_else(|_| order.reservation.clone(), |code| code.to_string());
        line(&format!("Look at {reservation} of {}: {:?}, {:?}, {}", order.created_at, order.state, order.trouble, order.price))?;
    }
    for reversal in db::payment_reversal::open(&mut conn, MOST).await? {
        let voucher = reversal.voucher.map_or("no voucher".to_owned(), |voucher| format!("its voucher is {}", voucher.status.name()));
        line(&format!(
            "Look at {} of {}: {:?}{}, {}, {voucher}",
            reversal.reservation,
            reversal.ordered_at,
            reversal.state,
            if reversal.failed { ", and that failed" } else { "" },
            reversal.amount
        ))?;
    }
    Ok(())
}
