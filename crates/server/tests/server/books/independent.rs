//! What is owed, computed by the database from the operations alone: see `independent.sql`.

use std::collections::BTreeMap;

use beadsbox_domain::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

/// Currency and shop.
pub type Place = (String, Uuid);

/// What happened, line by line, in a table that goes with its connection.
pub struct Independent(PgConnection);

const DAY_IN: &str = "CREATE OR REPLACE FUNCTION pg_temp.day_in(moment timestamptz, shop_id uuid) RETURNS date LANGUAGE sql AS
     'SELECT (moment AT TIME ZONE (SELECT time_zone FROM shop WHERE id = shop_id))::date'";

impl Independent {
    /// Reads every operation.
    pub async fn compute(url: &str) -> Self {
        let mut conn = PgConnection::connect(url).await.unwrap();
        for sql in [DAY_IN, include_str!("independent.sql"), "CREATE TEMP TABLE owed AS SELECT * FROM pg_temp.owed_by_operations()"] {
            sqlx::query(sql).execute(&mut conn).await.unwrap();
        }
        Self(conn)
    }

    /// What is owed at the end of that day.
    pub async fn owed(&mut self, day: Date) -> BTreeMap<Place, i64> {
        let rows: Vec<(String, Uuid, i64)> = sqlx::query_as(
            "SELECT currency, sold_shop, sum(CASE WHEN kind IN ('sold', 'undone', 'extended', 'replaced', 'taken_over') THEN minor ELSE -minor END)::bigint
             FROM owed WHERE day <= $1 GROUP BY 1, 2",
        )
        .bind(day.to_sqlx())
        .fetch_all(&mut self.0)
        .await
        .unwrap();
        rows.into_iter().map(|(currency, shop, minor)| ((currency, shop), minor)).collect()
    }

    /// What happened of each kind from one day to the other.
    pub async fn moved(&mut self, from: Date, to: Date) -> BTreeMap<(Place, String), i64> {
        let rows: Vec<(String, Uuid, String, i64)> =
            sqlx::query_as("SELECT currency, sold_shop, kind, sum(minor)::bigint FROM owed WHERE day BETWEEN $1 AND $2 GROUP BY 1, 2, 3")
                .bind(from.to_sqlx())
                .bind(to.to_sqlx())
                .fetch_all(&mut self.0)
                .await
                .unwrap();
        rows.into_iter().map(|(currency, shop, kind, minor)| (((currency, shop), kind), minor)).collect()
    }
}

/// The first and the last day in the books.
pub async fn days(pool: &PgPool) -> (Date, Date) {
    let (first, last): (jiff_sqlx::Date, jiff_sqlx::Date) =
        sqlx::query_as("SELECT min(business_day), max(business_day) FROM ledger_entry").fetch_one(pool).await.unwrap();
    (first.to_jiff(), last.to_jiff())
}
