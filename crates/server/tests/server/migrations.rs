//! What `docs/migrations.md` promises: servers of this release go on while the migrations of the next one add to its tables.

use std::{fs, path::Path};

use beadsbox_testkit::{StripeProvider, TestDatabase, stripe::PaidSession};
use reqwest::StatusCode;

use crate::{
    shop::stage::ShopStage,
    support::{add_a_column_to_each_table, sell},
};

/// The program's statements, without their line breaks: whatever stands in its sources.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs" || end == "sql") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

/// What in a source asks for whatever columns one of these tables has.
fn stars(text: &str, tables: &[String]) -> Vec<String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let first_word = |text: &str| text.split(|letter| !is_word(letter)).next().unwrap_or_default().to_owned();
    let is_table = |word: &str| tables.iter().any(|table| table == word);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('*') {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let asked = if before.ends_with("RETURNING ") {
            true
        } else if before.ends_with("SELECT ") || before.ends_with("DISTINCT ") {
            after.split_once("FROM ").is_some_and(|(between, from)| between.len() < 200 && is_table(&first_word(from)))
        } else if let Some(before) = before.strip_suffix('.') {
            let alias = before.rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
            !alias.is_empty()
                && tables
                    .iter()
                    .any(|table| text.contains(&format!(" {table} {alias} ")) || text.contains(&format!(" {table} AS {alias} ")))
        } else {
            false
        };
        if asked {
            found.push(text[at.saturating_sub(40)..(at + 40).min(text.len())].to_owned());
        }
    }
    found
}

/// A statement that was prepared with `*` fails at a connection that is warm, once its table has a column more; and what inserts rows of whatever shape their
/// table has, inserts nothing where a column wants a value.
#[tokio::test]
async fn no_statement_asks_for_whatever_columns_a_table_has() {
    let database = TestDatabase::create().await;
    let tables: Vec<String> = sqlx::query_scalar("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        .fetch_all(&database.pool())
        .await
        .unwrap();
    for bad in ["SELECT * FROM voucher WHERE id = $1", "SELECT v.*, 1 FROM voucher v WHERE v.id = $1", "DELETE FROM job RETURNING *"] {
        assert_eq!(stars(bad, &tables).len(), 1, "{bad}");
    }
    for good in ["SELECT * FROM unnest($1) AS n (id)", "SELECT count(*) FROM voucher v", "INSERT INTO voucher (id) SELECT id FROM n RETURNING id"] {
        assert!(stars(good, &tables).is_empty(), "{good}");
    }
    let sources = sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path());
    assert!(sources.len() > 100, "the sources are read");
    let found: Vec<_> = sources.iter().map(|(path, text)| (path, stars(text, &tables))).filter(|(_, stars)| !stars.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

async fn pay(shop: &ShopStage, session: &PaidSession) -> StatusCode {
    let (_, body) = StripeProvider::event("checkout.session.completed", &shop.provider.pay(&session.id));
    shop.tell(&shop.stage.base, &body).await
}

#[tokio::test]
async fn an_order_is_paid_and_issued_while_a_release_is_put_in() {
    // As many as there are connections, so that each of them has what it asks prepared.
    const ORDERS: usize = 12;
    let shop = ShopStage::new().await;
    let mut waiting = Vec::new();
    for _ in 0..ORDERS {
        let (session, _) = shop.order_by_card(&mut shop.browser()).await;
        waiting.push(session);
    }
    let mut till = shop.stage.till("Camille").await;
    sell(&mut till).await;
    assert_eq!(pay(&shop, &waiting.pop().unwrap()).await, StatusCode::OK);
    add_a_column_to_each_table(&shop.stage.pool).await;
    for session in &waiting {
        assert_eq!(pay(&shop, session).await, StatusCode::OK);
    }
    sell(&mut till).await;
    for _ in 0..ORDERS {
        let page = shop.order(&mut shop.browser(), "in_shop").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    while shop.sold().await.0 < i64::try_from(ORDERS).unwrap() + 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
