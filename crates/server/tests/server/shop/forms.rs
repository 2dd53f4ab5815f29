//! The form: who may send it, and what becomes of what they typed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use beadsbox_testkit::fixtures::ENTANGLEMENT;
use jiff::SignedDuration;
use reqwest::{StatusCode, header};

use super::stage::{ShopStage, fields, form_path, order_path, with};

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_nothing_is_lost() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let sent = with(with(fields(&form, "in_shop"), "email", "nobody"), "message", "<b>& \"quoted\"");
    let page = browser.send(&sent).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("role=\"alert\"") && page.text.contains("<a href=\"#email\">"), "{}", page.text);
    assert!(page.text.contains("aria-describedby=\"email-hint email-fault\" aria-invalid=\"true\""), "{}", page.text);
    assert!(
        page.text.contains("<title>Error: ") && page.text.contains("value=\"Léa Dubois\"") && page.text.contains("value=\"nobody\""),
        "{}",
        page.text
    );
    assert!(page.text.contains("&lt;b&gt;&amp; &quot;quoted&quot;") && !page.text.contains("<b>"), "{}", page.text);
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);
    // Mended, it is taken.
    shop.stage.clock.advance(SignedDuration::from_secs(5));
    let again = page.between("name=\"form\" value=\"", "\"");
    assert_eq!(browser.send(&fields(again, "in_shop")).await.status, StatusCode::SEE_OTHER);
}

/// Whoever sends it, nothing is ordered, and the page says what to do.
async fn refused(shop: &ShopStage, page: super::stage::Page, says: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(page.text.contains(says) && page.text.contains("value=\"Léa Dubois\""), "{}", page.text);
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);
}

#[tokio::test]
async fn a_form_counts_only_from_the_browser_that_got_it() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let cookie = browser.cookie.take();
    refused(&shop, browser.send(&fields(&form, "in_shop")).await, "did not send the cookie").await;
    let mut other = shop.browser();
    other.form(&shop.stage).await;
    refused(&shop, other.send(&fields(&form, "in_shop")).await, "did not send the cookie").await;
    browser.cookie = cookie;
    refused(&shop, browser.send(&fields("forged", "in_shop")).await, "did not send the cookie").await;
    // Another voucher's form.
    let page = browser.post(&format!("/vouchers/buy/{ENTANGLEMENT}/order"), &fields(&form, "in_shop")).await;
    refused(&shop, page, "did not send the cookie").await;
}

#[tokio::test]
async fn another_site_sends_no_form() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    for site in ["cross-site", "same-site"] {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(&form, "in_shop")).finish();
        let request = browser
            .request(&order_path())
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let page = browser.ask(request).await;
        assert!(page.status == StatusCode::FORBIDDEN && page.text.contains("comes from another page"), "{}", page.text);
    }
    let request = browser.request(&order_path()).header(header::CONTENT_TYPE, "text/plain").body("buyer=Ada");
    assert_eq!(browser.ask(request).await.status, StatusCode::BAD_REQUEST);
    let request = browser
        .request(&order_path())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("x".repeat(40_000));
    assert_eq!(browser.ask(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);
}

#[tokio::test]
async fn programs_that_fill_in_everything_at_once_are_asked_again() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let page = browser.get(&form_path()).await;
    let form = page.between("name=\"form\" value=\"", "\"").to_owned();
    refused(&shop, browser.send(&fields(&form, "in_shop")).await, "That was very quick").await;
    shop.stage.clock.advance(SignedDuration::from_secs(10));
    refused(&shop, browser.send(&with(fields(&form, "in_shop"), "website", "https://spam.example")).await, "has to stay empty").await;
    shop.stage.clock.advance(SignedDuration::from_hours(13));
    refused(&shop, browser.send(&fields(&form, "in_shop")).await, "open for a long time").await;
}

#[tokio::test]
async fn whoever_sends_too_many_waits() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    let sent = with(fields(&form, "in_shop"), "email", "nobody");
    for _ in 0..30 {
        assert_eq!(browser.send(&sent).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = browser.send(&fields(&form, "in_shop")).await;
    assert!(
        page.status == StatusCode::TOO_MANY_REQUESTS && page.text.contains("Many forms came from your connection"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("value=\"lea@example.org\"") && page.text.contains("We hope you like beads."),
        "nothing is lost: {}",
        page.text
    );
    assert_eq!(shop.stage.count("SELECT count(*) FROM shop_order").await, 0);
    assert!(page.headers[header::RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(browser.get("/vouchers/").await.status, StatusCode::OK, "looking is another thing");
}

/// By card, no, in the shop, no, by card after all: what the form made first has ended by then.
#[tokio::test]
async fn whoever_changes_their_mind_back_gets_another_form_with_what_they_typed() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let form = browser.form(&shop.stage).await;
    for payment in ["card", "in_shop"] {
        assert_eq!(browser.send(&fields(&form, payment)).await.status, StatusCode::SEE_OTHER);
    }
    let page = browser.send(&fields(&form, "card")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(
        page.text.contains("has ended, and nothing was paid for it") && page.text.contains("value=\"Léa Dubois\""),
        "{}",
        page.text
    );
    shop.stage.clock.advance(SignedDuration::from_secs(5));
    let again = page.between("name=\"form\" value=\"", "\"");
    assert!(browser.send(&fields(again, "card")).await.location.starts_with(shop.provider.url()));
    // The row holds nothing by which a guess at the buyer could be tried.
    let known = "SELECT count(*) FROM shop_order WHERE position(replace(form_id::text, '-', '') IN $1) > 0";
    let held: i64 = sqlx::query_scalar(known).bind(hex::encode(BASE64.decode(&form).unwrap())).fetch_one(&shop.stage.pool).await.unwrap();
    assert_eq!(held, 0);
}
