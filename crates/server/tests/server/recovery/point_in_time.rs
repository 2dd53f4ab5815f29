//! A restore to a moment: a base backup with the archived log, stopped in the middle of the work of devices.

use beadsbox_domain::{Outcome, Role};
use beadsbox_server::{Clock, Config, RunningServer, Server};
use beadsbox_testkit::{Cluster, TestClock, TestDevice, fixtures};

use super::{facts, told};
use crate::support::sell;

async fn serve(cluster: &Cluster, clock: &TestClock) -> RunningServer {
    let mut config = Config::new(cluster.url("beadsbox"), "127.0.0.1:0".parse().unwrap());
    config.clock = Clock::new(clock.reader());
    config.database_connections = 6;
    Server::start(config).await.unwrap()
}

async fn till(cluster: &Cluster, server: &RunningServer, clock: &TestClock, name: &str) -> TestDevice {
    let mut till = crate::standby::till(cluster, &server.url(), name, Role::Counter).await;
    till.now = clock.now();
    till
}

#[tokio::test]
async fn rule_10_after_a_restore_to_a_moment_devices_give_back_what_came_later() {
    let Some(mut cluster) = Cluster::with_archive() else { return };
    let clock = TestClock::default();
    cluster.create_database("beadsbox").await;
    beadsbox_server::migrate(&cluster.url("beadsbox")).await.unwrap();
    let server = serve(&cluster, &clock).await;
    let (epoch, mut one, mut two) = (server.epoch(), till(&cluster, &server, &clock, "Camille").await, till(&cluster, &server, &clock, "Theo").await);
    cluster.back_up();
    // In the archive, but not in the base backup.
    let archived = sell(&mut one).await;
    cluster.mark("the_moment").await;
    // Lost.
    assert_eq!(one.act(fixtures::ask(archived)).await.unwrap(), Outcome::Applied);
    assert!(matches!(two.act(fixtures::honour(archived)).await.unwrap(), Outcome::Conflict { .. }));
    let lost = sell(&mut two).await;
    let before = facts(&cluster.pool("beadsbox")).await;
    let told_before = [told(&one), told(&two)];
    server.stop().await;

    cluster.restore_to("the_moment");
    let server = serve(&cluster, &clock).await;
    assert_ne!(server.epoch(), epoch, "the same system on another timeline");
    let (mut one, mut two) = (one.at(&server.url()), two.at(&server.url()));
    two.come_back().await.unwrap();
    one.come_back().await.unwrap();
    assert_eq!(facts(&cluster.pool("beadsbox")).await, before);
    assert_eq!([told(&one), told(&two)], told_before);
    assert!(two.outbox.iter().any(|recorded| recorded.body.contains(&lost.to_string())));
    server.stop().await;
}
