//! Whose words on whom they ask for are believed, and TLS that ends in front of the server.

use beadsbox_server::{ForwardedHeader, Forwarding, Front, network};
use beadsbox_testkit::{Backend, LoadBalancer, certificate};
use jiff::SignedDuration;
use reqwest::Method;

use super::ask;
use crate::support::{Stage, beside, bound, raw};

fn trusting(network_of_proxies: &str, header: ForwardedHeader) -> Forwarding {
    Forwarding { trusted: vec![network(network_of_proxies).unwrap()], header }
}

#[tokio::test]
async fn nobody_gets_more_requests_by_claiming_to_be_somebody_else() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| bound(config, Front::All, &["per-address=3"])).await;
    let url = format!("{}/v1/info", server.url());
    for number in 1..=3 {
        let claimed = format!("192.0.2.{number}");
        assert_eq!(ask(&url, &[("x-forwarded-for", &claimed)]).await.0, 200);
    }
    for claim in [[("x-forwarded-for", "192.0.2.9")], [("forwarded", "for=192.0.2.9")]] {
        let (status, wait) = ask(&url, &claim).await;
        assert_eq!(status, 429, "{claim:?}");
        assert!((1..=60).contains(&wait.unwrap()), "{wait:?}");
    }
    // A token helps where it is looked at, and nowhere else: there it may be made up.
    let mut till = stage.till("Camille").await.at(&server.url());
    till.pull().await.unwrap();
    for (method, path) in [(Method::GET, "/v1/info"), (Method::GET, "/v1/catalogue"), (Method::POST, "/v1/devices/enrol"), (Method::GET, "/nowhere")] {
        let url = format!("{}{path}", server.url());
        assert_eq!(raw(method, &url, Some(&till.token), "application/json", "{}").await.0, 429, "{path}");
    }
    // Whoever watches is not counted.
    assert_eq!(ask(&format!("{}/healthz", server.url()), &[]).await.0, 200);
    stage.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(ask(&url, &[]).await.0, 200, "another minute");
    server.stop().await;
}

#[tokio::test]
async fn nobody_gets_more_answers_by_making_tokens_up_and_the_tills_beside_them_go_on() {
    let stage = Stage::new().await;
    let till = stage.till("Camille").await;
    let server = beside(&stage, |config| bound(config, Front::All, &["per-address=3"])).await;
    let mut till = till.at(&server.url());
    till.pull().await.unwrap();
    let mut answers = Vec::new();
    for (number, path) in ["/v1/sync/changes", "/v1/admin/shops", "/v1/devices/recognise", "/v1/sync/changes", "/v1/admin/shops"]
        .iter()
        .enumerate()
    {
        let method = if path.ends_with("recognise") { Method::POST } else { Method::GET };
        answers.push(
            raw(method, &format!("{}{path}", server.url()), Some(&format!("made-up-{number}")), "application/json", "{}")
                .await
                .0
                .as_u16(),
        );
    }
    assert_eq!(answers[3..], [429, 429], "{answers:?}");
    assert!(!answers[..3].contains(&429), "{answers:?}");
    for _ in 0..5 {
        till.pull().await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn the_shop_page_counts_those_whom_a_trusted_proxy_names_and_refuses_in_its_own_words() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| {
        bound(config, Front::All, &["per-address=2"]);
        config.forwarding = trusting("127.0.0.0/8", ForwardedHeader::XForwarded);
    })
    .await;
    let url = format!("{}/vouchers/", server.url());
    for expected in [200, 200, 429] {
        assert_eq!(ask(&url, &[("x-forwarded-for", "192.0.2.1")]).await.0, expected);
    }
    assert_eq!(ask(&url, &[("x-forwarded-for", "192.0.2.2")]).await.0, 200);
    let refused = reqwest::Client::new().get(&url).header("x-forwarded-for", "192.0.2.1").send().await.unwrap();
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(refused.headers()["content-type"], "text/html; charset=utf-8");
    assert!(refused.headers().contains_key("content-security-policy"));
    assert!(refused.text().await.unwrap().contains("A little slower, please"));
    // What is told by whoever signs it is not counted: refused for what it is, each time.
    for _ in 0..4 {
        let told = reqwest::Client::new().post(format!("{}/vouchers/stripe-events", server.url())).header("x-forwarded-for", "192.0.2.1");
        assert_eq!(told.send().await.unwrap().status(), 404, "nobody has an account here");
    }
    server.stop().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_counts_for_itself() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| {
        bound(config, Front::All, &["per-address=2"]);
        config.forwarding = trusting("127.0.0.0/8", ForwardedHeader::XForwarded);
    })
    .await;
    let url = format!("{}/v1/info", server.url());
    for expected in [200, 200, 429] {
        assert_eq!(ask(&url, &[("x-forwarded-for", "192.0.2.1")]).await.0, expected);
    }
    assert_eq!(ask(&url, &[("x-forwarded-for", "192.0.2.2")]).await.0, 200);
    // What the client wrote itself stands to the left, or in the form that this proxy does not write.
    for spoofed in [[("x-forwarded-for", "192.0.2.77, 192.0.2.1")], [("x-forwarded-for", "127.0.0.9, 192.0.2.1")]] {
        assert_eq!(ask(&url, &spoofed).await.0, 429, "{spoofed:?}");
    }
    assert_eq!(ask(&url, &[("forwarded", "for=192.0.2.78"), ("x-forwarded-for", "192.0.2.1")]).await.0, 429);
    server.stop().await;
}

async fn hsts(url: &str, proto: &str) -> bool {
    let answer = reqwest::Client::new()
        .get(url)
        .header("x-forwarded-for", "192.0.2.1")
        .header("x-forwarded-proto", proto)
        .send()
        .await
        .unwrap();
    answer.headers().contains_key("strict-transport-security")
}

#[tokio::test]
async fn browsers_are_bound_to_tls_where_a_trusted_proxy_says_that_they_came_by_it() {
    let stage = Stage::new().await;
    let trusts = beside(&stage, |config| config.forwarding = trusting("127.0.0.1", ForwardedHeader::XForwarded)).await;
    let url = format!("{}/v1/info", trusts.url());
    assert_eq!((hsts(&url, "https").await, hsts(&url, "http").await), (true, false));
    trusts.stop().await;
    assert!(!hsts(&format!("{}/v1/info", stage.base), "https").await, "anybody may say so");
}

#[tokio::test]
async fn a_load_balancer_ends_tls_and_says_who_asks() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().unwrap();
    let Some(pem) = certificate(folder.path()).await.unwrap() else { return };
    let server = beside(&stage, |config| {
        bound(config, Front::All, &["per-address=2"]);
        config.forwarding = trusting("127.0.0.1", ForwardedHeader::XForwarded);
    })
    .await;
    let backend = Backend { name: "all", paths: &[], servers: vec![server.address().to_string()] };
    let Some(balancer) = LoadBalancer::start(&[backend], Some(&pem)).await.unwrap() else { return };
    let authority = reqwest::Certificate::from_pem(&std::fs::read(folder.path().join("certificate.pem")).unwrap()).unwrap();
    let url = format!("{}/v1/info", balancer.url());
    // Two clients, each at an address of its own. What they claim is left of what the load balancer saw.
    for from in ["127.0.0.2", "127.0.0.3"] {
        let client = reqwest::Client::builder().add_root_certificate(authority.clone()).local_address(Some(from.parse().unwrap()));
        let client = client.build().unwrap();
        let mut statuses = Vec::new();
        for number in 0..3 {
            let asked = client.get(&url).header("x-forwarded-for", format!("192.0.2.{number}")).header("x-forwarded-proto", "http");
            let answer = asked.send().await.unwrap();
            assert!(answer.headers().contains_key("strict-transport-security"), "{from}");
            statuses.push(answer.status().as_u16());
        }
        assert_eq!(statuses, [200, 200, 429], "{from}");
    }
    server.stop().await;
}
