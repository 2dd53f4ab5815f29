//! A sale whose receipt nobody saw, in the real window.

use beadsbox_e2e::{
    Desk, Keys,
    office::{PASSWORD, SHOP, centre},
    sell_unseen,
};

#[tokio::test]
async fn whoever_comes_back_after_a_crash_sees_what_is_sold_already_and_once() -> anyhow::Result<()> {
    let server = centre(&[("Carla", "counter")]).await?;
    let data = tempfile::tempdir()?;
    let till = Desk::open(data.path(), Keys::File).await?;
    till.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    till.until("something to sell", async || sell_unseen(&till, "Léa Dubois").await.ok()).await?;
    till.close().await?;

    let till = Desk::open(data.path(), Keys::File).await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    till.click("nav-sell").await?;
    till.find("sell-recovered").await?;
    till.text_where("sell-receipt", |text| text.contains("Léa Dubois")).await?;
    till.text_where("sell-code", |text| text.len() >= 13).await?;
    till.click("sell-another").await?;
    till.find("sell-search").await?;
    till.close().await?;

    let till = Desk::open(data.path(), Keys::File).await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    till.click("nav-sell").await?;
    till.find("sell-search").await?;
    assert_eq!(till.count("[data-testid='sell-receipt']").await?, 0);
    till.close().await
}
