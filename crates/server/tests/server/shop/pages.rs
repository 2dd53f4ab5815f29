//! What browsers get: languages, headers, and texts that mean harm.

use beadsbox_domain::{
    Operation, Role, TemplateId,
    text::{Description, Title},
};
use beadsbox_testkit::fixtures;
use reqwest::{StatusCode, header};
use uuid::Uuid;

use super::stage::{Browser, ShopStage, form_path, open_page, order_path};
use crate::support::{Stage, last_outcome};

#[tokio::test]
async fn cards_have_their_price_in_the_browsers_language() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let page = browser.get("/vouchers/").await;
    assert!(
        page.text.contains("<html lang=\"en\">") && page.text.contains("Buy for €41.36") && page.text.contains("Buy for €299.79"),
        "{}",
        page.text
    );
    assert_eq!(page.headers[header::CONTENT_LANGUAGE], "en");
    browser.language = "fr-CH, fr;q=0.9, en;q=0.8";
    let page = browser.get("/vouchers/").await;
    assert!(page.text.contains("<html lang=\"fr\">") && page.text.contains("Acheter pour 41,36\u{a0}€"), "{}", page.text);
    // What is chosen on the page counts more, and links keep it.
    let page = browser.get("/vouchers/?lang=en").await;
    assert!(page.text.contains("Buy for €41.36") && page.text.contains(&format!("{}?lang=en", form_path())), "{}", page.text);
    assert_eq!(browser.get("/vouchers").await.location, "/vouchers/");
}

#[tokio::test]
async fn nothing_but_the_pages_own_style_loads() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    for path in ["/vouchers/".to_owned(), form_path(), "/vouchers/orders/nobody".to_owned()] {
        let page = browser.get(&path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("script"),
            "{policy}"
        );
        assert_eq!(
            (&page.headers[header::X_CONTENT_TYPE_OPTIONS], &page.headers[header::REFERRER_POLICY]),
            (&"nosniff".parse().unwrap(), &"same-origin".parse().unwrap())
        );
        assert!(!page.text.contains("<script") && !page.text.contains(" style="), "{}", page.text);
        let style = format!("/vouchers/assets/shop-{}", page.between("/vouchers/assets/shop-", "\""));
        let style = browser.get(&style).await;
        assert_eq!((style.status, style.headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "text/css; charset=utf-8"));
        assert!(style.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }
    assert_eq!(browser.get("/vouchers/assets/shop-0.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn titles_that_mean_harm_are_words() {
    let shop = ShopStage::new().await;
    let mut office = shop.stage.device("Margaux", Role::BackOffice).await;
    office.pull().await.unwrap();
    let template = TemplateId(Uuid::now_v7());
    let content = beadsbox_domain::TemplateContent {
        title: Title::new("<script>alert(1)</script> {{ 7*7 }} \" onload=x").unwrap(),
        description: Description::new("</p><img src=x onerror=alert(1)>\n{% for %}").unwrap(),
        ..fixtures::content("x", 4242, None)
    };
    office.record(Operation::CreateTemplate { template, content });
    office.push().await.unwrap();
    assert_eq!(last_outcome(&office), beadsbox_domain::Outcome::Applied);
    let mut browser = shop.browser();
    for path in ["/vouchers/".to_owned(), format!("/vouchers/buy/{template}")] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("&lt;script&gt;") && page.text.contains("{{ 7*7 }}"), "{}", page.text);
        assert!(!page.text.contains("<script") && !page.text.contains("<img src=x"), "{}", page.text);
    }
}

#[tokio::test]
async fn a_page_that_is_closed_sells_nothing() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage.base);
    let page = browser.get("/vouchers/").await;
    assert!(page.text.contains("Nothing on sale right now"), "{}", page.text);
    assert_eq!(browser.get(&form_path()).await.status, StatusCode::GONE);
    open_page(&stage).await;
    let page = browser.get(&form_path()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Reserve for €41.36") && !page.text.contains("value=\"card\""),
        "without Stripe it is paid in the shop: {}",
        page.text
    );
    let page = browser.get("/vouchers/elsewhere").await;
    assert!(page.status == StatusCode::NOT_FOUND && page.text.contains("This page does not exist"), "{}", page.text);
}

#[tokio::test]
async fn a_form_is_sent_to_another_address_than_its_own() {
    let shop = ShopStage::new().await;
    let mut browser = shop.browser();
    let page = browser.get(&format!("{}?lang=fr", form_path())).await;
    assert!(page.text.contains(&format!("action=\"{}?lang=fr\"", order_path())), "{}", page.text);
    // So that browsers keep it: the same page is the same form for whoever goes back.
    assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-cache");
    assert!(
        page.headers[header::VARY].to_str().unwrap().eq_ignore_ascii_case("accept-language"),
        "not by cookie: the first visit sets it"
    );
    // Whoever goes where it was sent begins anew.
    assert_eq!(browser.get(&format!("{}?lang=fr", order_path())).await.location, format!("{}?lang=fr", form_path()));
    assert_eq!(browser.get("/vouchers/buy/nothing/order").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_law_of_the_country_forbids_is_not_on_sale() {
    let shop = ShopStage::new().await;
    // Ireland asks for 60 months; the introduction is valid for 12.
    sqlx::query("UPDATE shop SET country = 'IE'").execute(&shop.stage.pool).await.unwrap();
    let page = shop.browser().get("/vouchers/").await;
    assert!(page.text.contains("Nothing on sale right now"), "{}", page.text);
    assert_eq!(shop.browser().get(&form_path()).await.status, StatusCode::GONE);
}
