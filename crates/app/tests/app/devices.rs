//! A device that an admin lets in by a QR code, renames and moves.

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    AppError, ErrorCode, read_enrolment_scan,
    view::{CashForm, CloseForm, CountForm, Counted, DeviceForm, DeviceRow, EnrolForm, EnrolmentForm, EnrolmentScan, PaperLanguage, ShopView},
};
use beadsbox_domain::CashMovement;

async fn shop(office: &Till, name: &str) -> ShopView {
    office.seat().shops().await.unwrap().into_iter().find(|shop| shop.name == name).unwrap()
}

async fn device(office: &Till, name: &str) -> DeviceRow {
    office.sync().await;
    let overview = office.seat().sync_overview().await.unwrap();
    overview.devices.into_iter().find(|device| device.name == name).unwrap()
}

async fn change(office: &Till, device: &DeviceRow, name: &str, in_shop: &str) -> Result<DeviceRow, AppError> {
    let shop_id = shop(office, in_shop).await.id;
    let form = DeviceForm { device_id: device.id.clone(), row_version: device.row_version, name: name.to_owned(), shop_id };
    let overview = office.seat().change_device(form).await?;
    Ok(overview.devices.into_iter().find(|row| row.id == device.id).unwrap())
}

async fn float(till: &Till, amount: &str) {
    let form = CashForm { movement: CashMovement::Float, currency: "EUR".to_owned(), amount: amount.to_owned(), reason: String::new() };
    till.seat().move_cash(form).await.unwrap();
}

async fn close_day(till: &Till, counted: &str) {
    let counted = vec![Counted { currency: "EUR".to_owned(), amount: counted.to_owned() }];
    let count = till.seat().count_day(CountForm { counted: counted.clone() }).await.unwrap();
    let reason = || "as it is".to_owned();
    let form = CloseForm { counted, through_seq: count.through_seq, difference_reason: reason(), unsent_reason: reason(), language: PaperLanguage::En };
    till.seat().close_day(form).await.unwrap();
}

/// Where the till says that it stands, and what it is called there.
async fn place(till: &Till) -> (String, String, Option<String>) {
    let bar = till.seat().status_bar().await.unwrap();
    (bar.shop, bar.device, bar.moves_to)
}

fn place_of(shop: &str, name: &str) -> (String, String, Option<String>) {
    (shop.to_owned(), name.to_owned(), None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_enrols_by_what_the_admins_qr_code_says() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let form = EnrolmentForm { shop_id: shop(&office, "Marais").await.id, device_name: " Till 7 ".to_owned() };
    let made = office.seat().create_enrolment_code(form).await.unwrap();
    assert!(made.only_here, "the server of the test is on this machine");
    let EnrolmentScan::Ticket { server, code, device_name } = read_enrolment_scan(vec![made.qr.text.clone()]) else {
        panic!("no ticket")
    };
    assert_eq!((server.as_str(), code.as_str(), device_name.as_deref()), (made.server.as_str(), made.code.as_str(), Some("Till 7")));
    let till = Till::new(centre.address).await;
    till.program.enrol(EnrolForm { server, code, device_name: device_name.unwrap() }).await.unwrap();
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.sync().await;
    assert_eq!(place(&till).await, place_of("Marais", "Till 7"));
    let nameless = EnrolmentForm { shop_id: shop(&office, "Marais").await.id, device_name: " ".to_owned() };
    assert_eq!(office.seat().create_enrolment_code(nameless).await.unwrap().device_name, None);
    let too_long = EnrolmentForm { shop_id: shop(&office, "Marais").await.id, device_name: "a".repeat(101) };
    let refused = office.seat().create_enrolment_code(too_long).await.unwrap_err();
    assert_eq!((refused.code, refused.fields[0].field.as_str()), (ErrorCode::InvalidInput, "device_name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_and_moved_device_shows_it_without_a_restart_and_after_one() {
    let centre = Centre::open().await;
    let (office, mut till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let before = device(&office, "Till Marais").await;
    let moved = change(&office, &before, "Till 2", "Montmartre").await.unwrap();
    assert_eq!((moved.name.as_str(), moved.shop.as_str()), ("Till 2", "Montmartre"), "on the admin's screen at once");
    let refused = change(&office, &before, "Till 3", "Montmartre").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(change(&office, &moved, " ", "Montmartre").await.unwrap_err().fields[0].field, "name");

    till.until("moved", |bar| bar.shop == "Montmartre" && bar.device == "Till 2").await;
    till.sell("Buyer").await;
    till.sync().await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher v JOIN shop s ON s.id = v.sold_shop WHERE s.name = 'Montmartre'").await, 1);
    till.restart().await;
    let state = till.program.state().await;
    assert_eq!((state.shop.as_deref(), state.device.as_deref()), (Some("Montmartre"), Some("Till 2")));
    till.sign_in("Carla", PASSWORD).await.unwrap();
    assert_eq!(place(&till).await, place_of("Montmartre", "Till 2"));

    // The admin's own desktop as well.
    let own = device(&office, "Till Montmartre").await;
    change(&office, &own, "Back office", "Marais").await.unwrap();
    assert_eq!(place(&office).await, place_of("Marais", "Back office"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_with_an_open_day_stays_in_its_shop_until_it_is_closed() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    float(&till, "50.00").await;
    till.sync().await;
    let row = device(&office, "Till Marais").await;
    assert_eq!(change(&office, &row, "Till Marais", "Montmartre").await.unwrap_err().code, ErrorCode::DayNotClosed);

    // What the server cannot know: the till begins a day while it is offline, and is moved meanwhile.
    close_day(&till, "50.00").await;
    till.sync().await;
    till.go_offline().await;
    float(&till, "80.00").await;
    let row = device(&office, "Till Marais").await;
    change(&office, &row, "Till 2", "Montmartre").await.unwrap();
    till.come_back().await;
    till.until("renamed", |bar| bar.device == "Till 2").await;
    assert_eq!(
        place(&till).await,
        ("Marais".to_owned(), "Till 2".to_owned(), Some("Montmartre".to_owned())),
        "the name at once, the shop later"
    );
    till.sell("Buyer").await;
    close_day(&till, "121.36").await;
    assert_eq!(place(&till).await, place_of("Montmartre", "Till 2"), "with the end of its day");
    till.sell("Buyer").await;
    let bar = till.sync().await;
    assert_eq!((bar.waiting, bar.refused), (0, 0));
    assert_eq!(centre.count("SELECT count(*) FROM operation WHERE outcome ->> 'outcome' = 'rejected'").await, 0);
    let closed_in = "SELECT count(*) FROM day_close c JOIN shop s ON s.id = c.shop_id WHERE s.name = 'Marais' AND c.agrees";
    assert_eq!(centre.count(closed_in).await, 2, "both days are closed where they began");
    assert_eq!(centre.count("SELECT count(*) FROM voucher v JOIN shop s ON s.id = v.sold_shop WHERE s.name = 'Marais'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_till_knows_its_shop_also_with_an_empty_cache() {
    let centre = Centre::open().await;
    let (office, mut till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let row = device(&office, "Till Marais").await;
    change(&office, &row, "Till 2", "Montmartre").await.unwrap();
    till.until("moved", |bar| bar.shop == "Montmartre").await;
    till.go_offline().await;
    till.program.close();
    for file in std::fs::read_dir(till.folder.path().join("data")).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("cache.db") {
            std::fs::remove_file(path).unwrap();
        }
    }
    till.restart().await;
    let state = till.program.state().await;
    assert_eq!((state.shop.as_deref(), state.device.as_deref()), (Some("Montmartre"), Some("Till 2")));
}
