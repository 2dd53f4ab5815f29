//! `settings`: what the organisation set.

use beadsbox_domain::{LeastValidity, Policy, ledger::Accounts};
use beadsbox_protocol::rows;
use sqlx::{PgConnection, types::Json};

use super::{to_bigint, to_count};

pub async fn read(conn: &mut PgConnection) -> sqlx::Result<rows::Settings> {
    Ok(read_row(
        sqlx::query_as("SELECT policy, least_validity, mails_at_sale, row_version FROM settings").fetch_one(conn).await?,
    ))
}

type Record = (Json<Policy>, Option<Json<LeastValidity>>, Option<bool>, i64);

fn read_row((policy, least_validity, mails_at_sale, row_version): Record) -> rows::Settings {
    let least_validity = least_validity.map_or_else(LeastValidity::default, |rows| rows.0);
    rows::Settings { policy: policy.0, least_validity, mails_at_sale, row_version: to_count(row_version) }
}

/// Sets them whole. None where they are of another version by now.
pub async fn change(conn: &mut PgConnection, row_version: u64, policy: &Policy) -> sqlx::Result<Option<rows::Settings>> {
    let changed: Option<Record> = sqlx::query_as(
        "UPDATE settings SET policy = $2, row_version = row_version + 1 WHERE row_version = $1 RETURNING policy, least_validity, mails_at_sale, row_version",
    )
    .bind(to_bigint(row_version))
    .bind(Json(policy))
    .fetch_optional(conn)
    .await?;
    Ok(changed.map(read_row))
}

/// Sets the least validity by country. None where the settings are of another version by now.
pub async fn change_least_validity(conn: &mut PgConnection, row_version: u64, rows: &LeastValidity) -> sqlx::Result<Option<rows::Settings>> {
    let changed: Option<Record> = sqlx::query_as(
        "UPDATE settings SET least_validity = $2, row_version = row_version + 1 WHERE row_version = $1
         RETURNING policy, least_validity, mails_at_sale, row_version",
    )
    .bind(to_bigint(row_version))
    .bind(Json(rows))
    .fetch_optional(conn)
    .await?;
    Ok(changed.map(read_row))
}

/// Sets what devices are told of mail at a sale. Whether it was something else.
pub async fn set_mails_at_sale(conn: &mut PgConnection, mails_at_sale: Option<bool>) -> sqlx::Result<bool> {
    let changed = sqlx::query("UPDATE settings SET mails_at_sale = $1, row_version = row_version + 1 WHERE mails_at_sale IS DISTINCT FROM $1")
        .bind(mails_at_sale)
        .execute(conn)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// The numbers of the accountants' accounts, and their version.
pub async fn accounts(conn: &mut PgConnection) -> sqlx::Result<(Accounts, u64)> {
    let (accounts, row_version): (Json<Accounts>, i64) = sqlx::query_as("SELECT accounts, accounts_version FROM settings").fetch_one(conn).await?;
    Ok((accounts.0, to_count(row_version)))
}

/// Sets them whole. None where they are of another version by now.
pub async fn change_accounts(conn: &mut PgConnection, row_version: u64, accounts: &Accounts) -> sqlx::Result<Option<u64>> {
    let changed: Option<i64> =
        sqlx::query_scalar("UPDATE settings SET accounts = $2, accounts_version = accounts_version + 1 WHERE accounts_version = $1 RETURNING accounts_version")
            .bind(to_bigint(row_version))
            .bind(Json(accounts))
            .fetch_optional(conn)
            .await?;
    Ok(changed.map(to_count))
}
