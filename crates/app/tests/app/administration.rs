//! An admin looks after people, shops, rules and personal data; people look after their own sign-in.

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    AppError, ErrorCode,
    error::FieldErrorCode,
    view::{
        ActChange, CountryValidityRow, ErasureForm, IssueForm, LeastValidityForm, NewStaffForm, PaperLanguage, PasswordForm, PersonExportForm, PersonFormat,
        SaveTemplate, SecondFactorForm, SecondFactorRemovalForm, ShopForm, ShopRow, SignInForm, StaffForm, StaffRow, TemplateForm,
    },
};
use beadsbox_domain::{Payment, Role};
use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};

const OWN: &str = "beads of many colours";

fn code_of<T>(answer: Result<T, AppError>) -> ErrorCode {
    answer.err().map(|error| error.code).unwrap()
}

fn field_of<T>(answer: Result<T, AppError>) -> (String, FieldErrorCode) {
    let mut fields = answer.err().unwrap().fields;
    let field = fields.remove(0);
    (field.field, field.code)
}

async fn person(office: &Till, name: &str) -> StaffRow {
    office.seat().staff().await.unwrap().into_iter().find(|row| row.name == name).unwrap()
}

async fn shop(office: &Till, name: &str) -> ShopRow {
    office.seat().shop_rows().await.unwrap().into_iter().find(|row| row.name == name).unwrap()
}

fn form_of(shop: &ShopRow) -> ShopForm {
    let ShopRow { id, name, time_zone, country, address, closed, row_version, .. } = shop.clone();
    ShopForm { id: Some(id), row_version, name, time_zone, country, address, closed }
}

async fn sign_in(till: &Till, form: SignInForm) -> Result<(), AppError> {
    till.program.sign_in(form).await.map(drop)
}

/// An authenticator app that scanned the QR code.
fn authenticator(url: &str) -> Totp {
    let secret = url.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap()
}

/// The code of the step after the present one: what is typed next, when a code of the present one was used.
fn next_code(of: &Totp) -> String {
    of.generate(u64::try_from(Timestamp::now().as_second()).unwrap() + 30).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_chooses_their_password_at_the_first_sign_in() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    assert_eq!(
        field_of(office.seat().add_staff(NewStaffForm { name: " ".to_owned(), role: Role::Counter }).await),
        ("name".to_owned(), FieldErrorCode::Required)
    );
    assert_eq!(
        field_of(office.seat().add_staff(NewStaffForm { name: "carla".to_owned(), role: Role::Counter }).await),
        ("name".to_owned(), FieldErrorCode::Taken)
    );
    let made = office.seat().add_staff(NewStaffForm { name: " Dora ".to_owned(), role: Role::Counter }).await.unwrap();
    assert_eq!(made.name, "Dora");
    assert!(person(&office, "Dora").await.access.unwrap().one_time_until.is_some(), "on the admin's screen at once");

    let till = centre.till("Marais", "Carla").await;
    let first = || SignInForm::new("Dora", made.password.clone());
    assert_eq!(code_of(sign_in(&till, first()).await), ErrorCode::PasswordChangeNeeded);
    let choose = |new: &str, again: &str| SignInForm { new_password: new.to_owned(), again: again.to_owned(), ..first() };
    assert_eq!(field_of(sign_in(&till, choose("short", "short")).await), ("new_password".to_owned(), FieldErrorCode::TooShort));
    assert_eq!(
        field_of(sign_in(&till, choose(&made.password, &made.password)).await),
        ("new_password".to_owned(), FieldErrorCode::SameAsBefore)
    );
    assert_eq!(field_of(sign_in(&till, choose(OWN, "another")).await), ("again".to_owned(), FieldErrorCode::NotTheSame));
    sign_in(&till, choose(OWN, OWN)).await.unwrap();
    till.sell("Buyer").await;

    // Without the server it is the chosen one that counts.
    till.sync().await;
    till.go_offline().await;
    assert_eq!(code_of(sign_in(&till, first()).await), ErrorCode::WrongPassword);
    sign_in(&till, SignInForm::new("Dora", OWN)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_opens_nothing_any_more_also_without_the_server() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    till.go_offline().await;
    sign_in(&till, SignInForm::new("Carla", PASSWORD)).await.unwrap();
    till.come_back().await;
    office.seat().reset_password(&person(&office, "Carla").await.id).await.unwrap();
    assert_eq!(code_of(sign_in(&till, SignInForm::new("Carla", PASSWORD)).await), ErrorCode::WrongPassword);
    till.sync().await;
    till.go_offline().await;
    assert_eq!(
        code_of(sign_in(&till, SignInForm::new("Carla", PASSWORD)).await),
        ErrorCode::SignInOfflineChanged,
        "the till has heard of it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_their_own_password_and_is_let_in_by_it_offline() {
    let centre = Centre::open().await;
    let till = centre.till("Marais", "Bruno").await;
    let form = |password: &str| PasswordForm { password: password.to_owned(), new_password: OWN.to_owned(), again: OWN.to_owned() };
    assert_eq!(code_of(till.seat().change_password(form("guessed")).await), ErrorCode::WrongPassword);
    till.seat().change_password(form(PASSWORD)).await.unwrap();
    till.go_offline().await;
    assert_eq!(code_of(sign_in(&till, SignInForm::new("Bruno", PASSWORD)).await), ErrorCode::WrongPassword);
    sign_in(&till, SignInForm::new("Bruno", OWN)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_with_the_server_and_the_device_stands_for_it_without() {
    let centre = Centre::open().await;
    let (office, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let begin = SecondFactorForm { password: PASSWORD.to_owned(), code: String::new() };
    let offer = office.seat().begin_second_factor(begin).await.unwrap();
    let app = authenticator(&offer.qr.text);
    assert!(offer.secret.split(' ').all(|four| four.len() == 4), "{}", offer.secret);
    let now = u64::try_from(Timestamp::now().as_second()).unwrap();
    let codes = office.seat().confirm_second_factor(app.generate(now).to_string()).await.unwrap();
    assert_eq!(codes.len(), 10);
    assert!(office.seat().second_factor().await.unwrap().since.is_some());
    assert!(person(&office, "Ada").await.access.unwrap().second_factor_since.is_some());

    let password = || SignInForm::new("Ada", PASSWORD);
    // The other device knew the password alone: that counts no longer.
    other.sync().await;
    other.go_offline().await;
    assert_eq!(code_of(sign_in(&other, password()).await), ErrorCode::SignInOfflineChanged);
    other.come_back().await;
    assert_eq!(code_of(sign_in(&other, password()).await), ErrorCode::SecondFactorNeeded);
    assert_eq!(code_of(sign_in(&other, SignInForm { code: "000000".to_owned(), ..password() }).await), ErrorCode::SecondFactorWrong);
    sign_in(&other, SignInForm { code: next_code(&app), ..password() }).await.unwrap();
    other.seat().staff().await.unwrap();
    // Where both were shown, the device stands for the second.
    other.sync().await;
    other.go_offline().await;
    sign_in(&other, password()).await.unwrap();
    assert_eq!(code_of(other.seat().admin_acts(None).await), ErrorCode::SignInExpired, "and nothing is administered without the server");
    other.come_back().await;
    sign_in(&other, SignInForm { code: codes[0].to_lowercase(), ..password() }).await.unwrap();
    assert_eq!(office.seat().second_factor().await.unwrap().recovery_codes, 9);

    let own = SecondFactorRemovalForm { staff_id: person(&office, "Ada").await.id, reason: "lost".to_owned() };
    assert_eq!(code_of(office.seat().remove_second_factor(own).await), ErrorCode::RoleNotAllowed, "another admin has to");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_renamed_given_roles_and_barred_and_the_last_admin_stays() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let (ada, carla) = (person(&office, "Ada").await, person(&office, "Carla").await);
    let change = |row: &StaffRow, name: &str, role: Role| StaffForm { id: row.id.clone(), row_version: row.row_version, name: name.to_owned(), role };
    assert_eq!(code_of(office.seat().change_staff(change(&ada, "Ada", Role::Counter)).await), ErrorCode::LastAdmin);
    assert_eq!(code_of(office.seat().bar_staff(&ada.id, true).await), ErrorCode::LastAdmin);
    assert_eq!(
        field_of(office.seat().change_staff(change(&carla, "BRUNO", Role::Counter)).await),
        ("name".to_owned(), FieldErrorCode::Taken)
    );
    office.seat().change_staff(change(&carla, "Carla M.", Role::Admin)).await.unwrap();
    assert_eq!(code_of(office.seat().change_staff(change(&carla, "Carla", Role::Counter)).await), ErrorCode::ChangedMeanwhile);
    assert_eq!(person(&office, "Carla M.").await.role, Role::Admin);
    office.seat().bar_staff(&carla.id, true).await.unwrap();
    assert!(!person(&office, "Carla M.").await.active);
    let acts = office.seat().admin_acts(None).await.unwrap();
    assert_eq!((acts[0].kind.as_str(), acts[0].staff.as_deref(), acts[0].subject.as_str()), ("staff_changed", Some("Ada"), "Carla M."));
    assert_eq!(acts[0].changes, [ActChange::Active { before: Some(true), after: false }]);
    let renamed = ActChange::Name { before: Some("Carla".to_owned()), after: "Carla M.".to_owned() };
    assert_eq!(acts[1].changes, [renamed, ActChange::Role { before: Some(Role::Counter), after: Role::Admin }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_are_added_and_close_once_they_are_empty() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let choices = office.seat().place_choices().unwrap();
    assert!(choices.time_zones.iter().any(|zone| zone == "Europe/Paris") && choices.countries.iter().any(|code| code == "FR"));
    let new = |name: &str, time_zone: &str, country: &str| ShopForm {
        id: None,
        row_version: 0,
        name: name.to_owned(),
        time_zone: time_zone.to_owned(),
        country: country.to_owned(),
        address: String::new(),
        closed: false,
    };
    assert_eq!(
        field_of(office.seat().save_shop(new("Cork", "Mars/Olympus", "IE")).await),
        ("time_zone".to_owned(), FieldErrorCode::NotATimeZone)
    );
    assert_eq!(
        field_of(office.seat().save_shop(new("Cork", "Europe/Dublin", "XX")).await),
        ("country".to_owned(), FieldErrorCode::NotACountry)
    );
    assert_eq!(field_of(office.seat().save_shop(new("marais", "Europe/Dublin", "")).await), ("name".to_owned(), FieldErrorCode::Taken));
    office.seat().save_shop(new("Cork", "Europe/Dublin", "IE")).await.unwrap();
    assert!(office.seat().shops().await.unwrap().iter().any(|row| row.name == "Cork"));
    office.seat().save_shop(ShopForm { closed: true, ..form_of(&shop(&office, "Cork").await) }).await.unwrap();
    assert!(!office.seat().shops().await.unwrap().iter().any(|row| row.name == "Cork"), "nothing new begins there");
    let own = shop(&office, "Montmartre").await;
    assert_eq!(own.devices.len(), 1);
    assert_eq!(code_of(office.seat().save_shop(ShopForm { closed: true, ..form_of(&own) }).await), ErrorCode::ShopHasDevices);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_law_of_a_shop_does_not_let_be_sold_is_neither_written_nor_sold_there() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let sold = office.sell("Before").await;
    let rows = office.seat().least_validity().await.unwrap();
    let set = |rows: Vec<(&str, u16)>, row_version: u64| LeastValidityForm {
        row_version,
        rows: rows.into_iter().map(|(country, months)| CountryValidityRow { country: country.to_owned(), months }).collect(),
    };
    assert_eq!(
        field_of(office.seat().set_least_validity(set(vec![("FR", 24), ("fr", 12)], rows.row_version)).await),
        ("rows.1.country".to_owned(), FieldErrorCode::Twice)
    );
    assert_eq!(
        field_of(office.seat().set_least_validity(set(vec![("FR", 121)], rows.row_version)).await),
        ("rows.0.months".to_owned(), FieldErrorCode::TooLarge)
    );
    office.seat().set_least_validity(set(vec![("FR", 24)], rows.row_version)).await.unwrap();
    office.sell("No country, no law").await;
    office
        .seat()
        .save_shop(ShopForm { country: "FR".to_owned(), ..form_of(&shop(&office, "Montmartre").await) })
        .await
        .unwrap();

    let refused = office.try_to_sell("Buyer").await.unwrap_err();
    assert_eq!(
        (refused.code, refused.params["least"].as_str(), refused.params["months"].as_str()),
        (ErrorCode::ValidityTooShort, "24", "12")
    );
    let template = office.seat().templates(false).await.unwrap().into_iter().min_by_key(|row| row.price.minor).unwrap();
    let batch = IssueForm {
        template_id: template.id.clone(),
        name: "Christmas".to_owned(),
        number: Some(3),
        buyer: "Dupont".to_owned(),
        email: String::new(),
        mail: None,
        mapping: Vec::new(),
        payment: Payment::Other,
    };
    assert_eq!(code_of(office.seat().check_issue(batch.clone()).await), ErrorCode::ValidityTooShort);
    let issued = office.seat().issue_batch(batch, "0199a6d2-0000-7000-8000-000000000001").await;
    assert_eq!(code_of(issued), ErrorCode::ValidityTooShort, "whatever a page thinks that it has checked");
    assert_eq!(office.seat().batches().await.unwrap(), []);
    let detail = office.seat().template_detail(&template.id).await.unwrap();
    let save = |months: Option<u16>| SaveTemplate {
        id: Some(template.id.clone()),
        based_on: Some(template.version),
        form: TemplateForm { validity_months: months, ..detail.form.clone() },
    };
    assert_eq!(field_of(office.seat().save_template(save(Some(23))).await), ("validity_months".to_owned(), FieldErrorCode::TooSmall));
    office.seat().save_template(save(Some(24))).await.unwrap();
    office.sell("Buyer").await;
    let before = office.seat().voucher_detail(&sold.voucher_id).await.unwrap();
    assert_eq!(before.row.expires_on, sold.expires_on, "what was sold before stays as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_is_handed_out_and_erased_also_from_a_till_that_was_away() {
    let centre = Centre::open().await;
    let (office, away) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let (one, two) = (office.sell("Zbigniew Wolpertinger").await, away.sell("Zbigniew Wolpertinger").await);
    away.sync().await;
    away.go_offline().await;
    office.sync().await;
    let found = office.seat().find_personal_data("wolpert".to_owned()).await.unwrap();
    let hashes: Vec<String> = found.rows.iter().map(|row| row.hash.clone()).collect();
    assert_eq!((hashes.len(), found.rows[0].open), (2, 1));
    let export = |format| PersonExportForm { hashes: hashes.clone(), format, language: PaperLanguage::En };
    let json = office.seat().personal_data_file(export(PersonFormat::Json)).await.unwrap();
    let read: serde_json::Value = serde_json::from_slice(&json.bytes).unwrap();
    assert_eq!(read["records"][0]["person"]["buyer"], "Zbigniew Wolpertinger");
    let csv = String::from_utf8(office.seat().personal_data_file(export(PersonFormat::Csv)).await.unwrap().bytes).unwrap();
    assert!(
        [&one.code, &two.code].iter().all(|code| csv.contains(code.as_str())) && csv.matches("Wolpertinger").count() == 2,
        "{csv}"
    );

    let erase = |reason: &str| ErasureForm { hashes: hashes.clone(), reason: reason.to_owned() };
    assert_eq!(code_of(office.seat().erase_personal_data(erase("Mr Wolpertinger asked")).await), ErrorCode::ReasonNamesPerson);
    assert_eq!(office.seat().erase_personal_data(erase("asked by letter")).await.unwrap().vouchers, 2);
    assert_eq!(code_of(office.seat().erase_personal_data(erase("asked by letter")).await), ErrorCode::UnknownPerson);
    assert_eq!(away.seat().recent_redemptions().await.unwrap(), [], "it has not heard of it yet, and works on");
    away.come_back().await;
    for till in [&office, &away] {
        // An admin looks at what each device holds: its rows, and what is searched in.
        till.program.sign_in(SignInForm::new("Ada", PASSWORD)).await.unwrap();
        till.sync().await;
        for text in ["Wolpertinger", "zbig"] {
            assert_eq!(till.page(text).await.rows, [], "{text}");
        }
        for code in [&one.code, &two.code] {
            let rows = till.page(code).await.rows;
            assert_eq!((rows.len(), rows[0].buyer.as_str()), (1, ""), "the voucher stays");
        }
        let unshown = till.seat().unshown_sale().await.unwrap().unwrap();
        assert_eq!((unshown.vouchers.len(), unshown.buyer.as_str()), (1, ""), "and its receipt, which nobody saw, has nobody on it");
    }
    assert_eq!(centre.count("SELECT count(*) FROM person").await, 0);
    assert_eq!(
        centre
            .count("SELECT count(*) FROM operation WHERE outcome ->> 'outcome' = 'applied' AND device_id <> '00000000-0000-0000-0000-000000000000'")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_gave_up_is_counted_for_admins_alone_and_behind_the_lock_as_well() {
    let centre = Centre::open().await;
    let (office, other) = (centre.till("Marais", "Ada").await, centre.till("Montmartre", "Bruno").await);
    assert_eq!((office.program.failed_jobs().await, other.program.failed_jobs().await), (Some(0), None));
    let given_up = "WITH made AS (
        INSERT INTO job (id, kind, cause, payload, created_at, state, run_after, trouble, ended_at)
        VALUES (gen_random_uuid(), 'voucher_mail', gen_random_uuid(), '{\"vouchers\": []}', now(), 'dead', now(), 'refused', now()) RETURNING 1
    ) SELECT count(*) FROM made";
    assert_eq!(centre.count(given_up).await, 1);
    assert_eq!((office.program.failed_jobs().await, other.program.failed_jobs().await), (Some(1), None));
    office.go_offline().await;
    assert_eq!(office.program.failed_jobs().await, None);
    office.come_back().await;
    office.program.lock();
    assert_eq!(office.program.failed_jobs().await, Some(1), "a number is no secret, and nobody looks just now");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_barred_is_not_let_in_once_the_cache_that_heard_of_it_is_gone() {
    let centre = Centre::open().await;
    let (office, mut till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    sign_in(&till, SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    office.seat().bar_staff(&person(&office, "Carla").await.id, true).await.unwrap();
    till.sync().await;
    till.go_offline().await;
    till.program.close();
    for ending in ["", "-wal", "-shm"] {
        for cache in ["cache.db", "cache.db.g1"] {
            let _ = std::fs::remove_file(till.file(&format!("{cache}{ending}")));
        }
    }
    till.restart().await;
    assert_eq!(code_of(sign_in(&till, SignInForm::new("Carla", PASSWORD)).await), ErrorCode::StaffInactive);
    sign_in(&till, SignInForm::new("Bruno", PASSWORD)).await.unwrap();
}
