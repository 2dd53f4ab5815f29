//! What processes remember together in Redis, and what holds when it is killed.

use beadsbox_protocol::{ErrorCode, catalogue::Catalogue};
use beadsbox_server::{Front, RunningServer};
use beadsbox_testkit::{RedisProcess, StripeProvider, TestDevice, fixtures::INTRODUCTION};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgPool;

use super::ask;
use crate::{
    shop::stage::{Browser, ShopStage, fields, form_path, open_page},
    support::{PASSWORD, Stage, beside, bound},
};

/// A server that remembers there, with those bounds.
async fn remembering(stage: &Stage, redis: &RedisProcess, changes: &[&str]) -> RunningServer {
    beside(stage, |config| {
        config.redis_url = Some(redis.url().into());
        bound(config, Front::All, changes);
    })
    .await
}

/// Where the server says that it remembers.
pub(super) async fn reach(server: &RunningServer) -> String {
    let ready: Value = reqwest::get(format!("{}/readyz", server.url())).await.unwrap().json().await.unwrap();
    ready["memory"].as_str().unwrap().to_owned()
}

/// Waits until it remembers in that way; what it is asked meanwhile makes it find out.
async fn until_reach(server: &RunningServer, expected: &str) {
    while reach(server).await != expected {
        ask(&format!("{}/v1/catalogue", server.url()), &[]).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Guesses once. Whoever is let in has found an open door.
pub(super) async fn guess(device: &mut TestDevice, password: &str) -> ErrorCode {
    device.sign_in("Camille", password).await.map_or_else(|problem| problem.code, |_| panic!("let in"))
}

/// What the database knows of guesses.
async fn failures(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(failures), 0)::bigint FROM sign_in_delay").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn a_redis_that_is_killed_opens_no_door_and_closes_none() {
    let stage = Stage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let server = remembering(&stage, &redis, &[]).await;
    let mut till = stage.till("Camille").await.at(&server.url());
    // Until the delay is a minute: in Redis it lapses by the real time.
    for _ in 0..9 {
        assert_eq!(guess(&mut till, "wrong").await, ErrorCode::WrongPassword);
        stage.clock.advance(SignedDuration::from_secs(40));
    }
    stage.clock.advance(SignedDuration::from_secs(-39));
    assert_eq!(guess(&mut till, PASSWORD).await, ErrorCode::TooManyRequests, "the database says so");
    assert_eq!(reach(&server).await, "shared");
    // It is remembered: whoever goes on costs the database nothing, and is refused even where its row is gone.
    sqlx::query("DELETE FROM sign_in_delay").execute(&stage.pool).await.unwrap();
    assert_eq!(guess(&mut till, PASSWORD).await, ErrorCode::TooManyRequests);
    assert_eq!(failures(&stage.pool).await, 0, "it was not asked");

    redis.kill().await.unwrap();
    // Away: what counts is what the database knows, from the first guess on.
    for _ in 0..3 {
        assert_eq!(guess(&mut till, "wrong").await, ErrorCode::WrongPassword);
    }
    for _ in 0..3 {
        assert_eq!(guess(&mut till, PASSWORD).await, ErrorCode::TooManyRequests);
    }
    assert_eq!(reach(&server).await, "away");
    // Back, and empty: still refused.
    redis.up().await.unwrap();
    until_reach(&server, "shared").await;
    assert_eq!(guess(&mut till, PASSWORD).await, ErrorCode::TooManyRequests);
    // And once the delay is over, the right password is right; both forget.
    stage.clock.advance(SignedDuration::from_secs(2));
    till.sign_in("Camille", PASSWORD).await.unwrap();
    assert_eq!(failures(&stage.pool).await, 0);
    for _ in 0..3 {
        assert_eq!(guess(&mut till, "wrong").await, ErrorCode::WrongPassword);
    }
    server.stop().await;
}

#[tokio::test]
async fn processes_count_an_address_together_and_each_for_itself_without_redis() {
    let stage = Stage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let servers = [remembering(&stage, &redis, &["per-address=4"]).await, remembering(&stage, &redis, &["per-address=4"]).await];
    let info = |number: usize| format!("{}/v1/info", servers[number].url());
    for number in [0, 1, 0, 1] {
        assert_eq!(ask(&info(number), &[]).await.0, 200);
    }
    for number in [0, 1] {
        assert_eq!(ask(&info(number), &[]).await.0, 429, "four is what both take");
    }
    redis.kill().await.unwrap();
    // Each has counted three by itself, the refused one too: it takes one more, and no more than its bound.
    for number in [0, 1] {
        assert_eq!((ask(&info(number), &[]).await.0, ask(&info(number), &[]).await.0), (200, 429));
    }
    for server in servers {
        server.stop().await;
    }
}

async fn titles(server: &RunningServer) -> Vec<String> {
    let catalogue: Catalogue = reqwest::get(format!("{}/v1/catalogue", server.url())).await.unwrap().json().await.unwrap();
    catalogue.templates.iter().map(|template| template.title.to_string()).collect()
}

#[tokio::test]
async fn the_catalogue_is_read_once_for_all_and_from_the_database_without_redis() {
    let stage = Stage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let first = remembering(&stage, &redis, &[]).await;
    let both = titles(&first).await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.is_sorted());
    sqlx::query("UPDATE voucher_template SET archived = true WHERE id = $1")
        .bind(INTRODUCTION.0)
        .execute(&stage.pool)
        .await
        .unwrap();
    // Another process asks for the first time, and gets what the first one read.
    let second = remembering(&stage, &redis, &[]).await;
    assert_eq!(titles(&second).await, both);
    redis.kill().await.unwrap();
    while titles(&second).await.len() == 2 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(titles(&second).await.len(), 1);
    for server in [first, second] {
        server.stop().await;
    }
}

#[tokio::test]
async fn the_shop_page_shows_what_was_read_a_moment_ago_and_sells_what_there_is_now() {
    let shop = ShopStage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let servers = [remembering(&shop.stage, &redis, &[]).await, remembering(&shop.stage, &redis, &[]).await];
    let [mut first, mut second] = servers.each_ref().map(|server| Browser::new(&server.url()));
    let cards = first.get("/vouchers/").await.text;
    assert_eq!(cards.matches("/vouchers/buy/").count(), 2, "{cards}");

    // The other process is told by Redis, and its form is one of a moment ago.
    let archive = |archived: bool| {
        let archive = sqlx::query("UPDATE voucher_template SET archived = $1 WHERE id = $2").bind(archived).bind(INTRODUCTION.0);
        archive.execute(&shop.stage.pool)
    };
    archive(true).await.unwrap();
    assert_eq!(second.get("/vouchers/").await.text.matches("/vouchers/buy/").count(), 2);
    let form = second.form(&shop.stage).await;
    assert_eq!(second.send(&fields(&form, "in_shop")).await.status, StatusCode::GONE);
    archive(false).await.unwrap();
    sqlx::query("UPDATE shop_page SET shop_id = NULL").execute(&shop.stage.pool).await.unwrap();
    assert_eq!(second.send(&fields(&form, "in_shop")).await.status, StatusCode::GONE, "nor is anything sold once the page is closed");
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);

    // Without Redis each reads the database.
    redis.kill().await.unwrap();
    while second.get("/vouchers/").await.text.contains("/vouchers/buy/") {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    open_page(&shop.stage).await;
    assert_eq!(first.get(&form_path()).await.status, StatusCode::OK);
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test]
async fn without_redis_a_process_shows_for_a_moment_what_it_read_itself() {
    let shop = ShopStage::new().await;
    let server = beside(&shop.stage, |config| config.offer_kept = std::time::Duration::from_hours(1)).await;
    let mut browser = Browser::new(&server.url());
    let form = browser.form(&shop.stage).await;
    sqlx::query("UPDATE voucher_template SET archived = true").execute(&shop.stage.pool).await.unwrap();
    assert_eq!(browser.get("/vouchers/").await.text.matches("/vouchers/buy/").count(), 2);
    assert_eq!(titles(&server).await.len(), 2);
    assert_eq!(browser.send(&fields(&form, "in_shop")).await.status, StatusCode::GONE);
    server.stop().await;
}

/// What was made after Redis was told is found all the same: somebody has its address from whoever made it.
#[tokio::test]
async fn a_template_that_is_newer_than_what_was_read_has_its_form_at_once() {
    let shop = ShopStage::new().await;
    sqlx::query("UPDATE voucher_template SET archived = true WHERE id = $1")
        .bind(INTRODUCTION.0)
        .execute(&shop.stage.pool)
        .await
        .unwrap();
    let Some(redis) = RedisProcess::start().await.unwrap() else { return };
    let server = remembering(&shop.stage, &redis, &[]).await;
    let mut browser = Browser::new(&server.url());
    assert_eq!(browser.get("/vouchers/").await.text.matches("/vouchers/buy/").count(), 1);
    assert_eq!(browser.get(&form_path()).await.status, StatusCode::GONE);
    sqlx::query("UPDATE voucher_template SET archived = false WHERE id = $1")
        .bind(INTRODUCTION.0)
        .execute(&shop.stage.pool)
        .await
        .unwrap();
    let form = browser.form(&shop.stage).await;
    assert_eq!(browser.send(&fields(&form, "in_shop")).await.status, StatusCode::SEE_OTHER);
    server.stop().await;
}

/// How many papers one address may have in five minutes (`PAPERS` in `shop/limits.rs`).
const PAPERS: usize = 30;

/// Papers at two processes.
struct Papers {
    servers: [RunningServer; 2],
    /// The page of an order that has its voucher.
    page: String,
}

impl Papers {
    /// Asks that process for the paper of the order.
    async fn get(&self, number: usize) -> (u16, Option<u64>) {
        ask(&format!("{}{}/voucher.pdf", self.servers[number].url(), self.page), &[]).await
    }

    /// Asks so often for one that nobody has, at both in turn: it counts like any other, and is not made.
    async fn seek(&self, times: usize) {
        for number in 0..times {
            let url = format!("{}/vouchers/orders/nobodys/voucher.pdf", self.servers[number % 2].url());
            assert_eq!(ask(&url, &[]).await.0, 404, "{number}");
        }
    }

    /// Neither process makes one more, and both say how long that is so.
    async fn are_refused(&self) {
        for number in [0, 1] {
            let (status, wait) = self.get(number).await;
            assert_eq!(status, 429);
            assert!((1..=5 * 60).contains(&wait.unwrap()), "{wait:?}");
        }
    }
}

#[tokio::test]
async fn papers_are_made_for_an_address_as_often_as_it_may_ask_at_both_processes() {
    let shop = ShopStage::new().await;
    let Some(mut redis) = RedisProcess::start().await.unwrap() else { return };
    let (session, page) = shop.order_by_card(&mut shop.browser()).await;
    let (_, paid) = StripeProvider::event("checkout.session.completed", &shop.provider.pay(&session.id));
    assert_eq!(shop.tell(&shop.stage.base, &paid).await, StatusCode::OK);
    let page = page.strip_prefix(shop.stage.base.as_str()).unwrap().to_owned();
    let servers = [remembering(&shop.stage, &redis, &[]).await, remembering(&shop.stage, &redis, &[]).await];
    let papers = Papers { servers, page };

    for number in [0, 1] {
        assert_eq!(papers.get(number).await, (200, None));
    }
    papers.seek(PAPERS - 2).await;
    papers.are_refused().await;
    assert_eq!(ask(&format!("{}{}", papers.servers[0].url(), papers.page), &[]).await.0, 200, "the page is another thing");

    redis.kill().await.unwrap();
    // Each has counted by itself: half of them, and one that was refused. It goes on to the bound, and not beyond.
    papers.seek(PAPERS - 2).await;
    papers.are_refused().await;
    redis.up().await.unwrap();
    for server in &papers.servers {
        until_reach(server, "shared").await;
    }
    papers.are_refused().await;
    shop.stage.clock.advance(SignedDuration::from_mins(5));
    papers.seek(PAPERS).await;
    papers.are_refused().await;
    for server in papers.servers {
        server.stop().await;
    }
}
