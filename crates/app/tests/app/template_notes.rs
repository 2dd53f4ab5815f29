//! Notes on templates: for good, for every office, and beside whatever else is done with the template.

use crate::stage::{Centre, Till};
use beadsbox_app::{
    ErrorCode,
    error::FieldErrorCode,
    view::{HistoryOutcome, SaveTemplate, TemplateDetail, TemplateForm, What},
};

async fn first(office: &Till) -> String {
    office.seat().templates(false).await.unwrap().remove(0).id
}

fn notes(detail: &TemplateDetail) -> Vec<(&str, &str, HistoryOutcome)> {
    let noted = detail.history.iter().filter(|entry| entry.what == What::Noted);
    noted.map(|entry| (entry.reason.as_deref().unwrap(), entry.fact.staff.as_str(), entry.outcome)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_seen_in_every_office_once_it_is_sent() {
    let centre = Centre::open().await;
    let (one, two) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    let template = first(&one).await;
    one.go_offline().await;
    let here = one.seat().note_template(&template, "Not on Sundays").await.unwrap();
    assert!(here.may_note && !here.history_complete);
    assert_eq!(notes(&here), [("Not on Sundays", "Bruno", HistoryOutcome::Waiting)], "with who wrote it, and that it waits");
    assert_eq!(notes(&two.seat().template_detail(&template).await.unwrap()), []);
    two.seat().note_template(&template, "The cook is away in May").await.unwrap();
    two.until("sent", |status| status.waiting == 0).await;

    one.come_back().await;
    one.until("sent", |status| status.waiting == 0).await;
    let all = [("The cook is away in May", "Ada", HistoryOutcome::Applied), ("Not on Sundays", "Bruno", HistoryOutcome::Applied)];
    for office in [&one, &two] {
        let detail = office.seat().template_detail(&template).await.unwrap();
        assert_eq!(notes(&detail), all, "in the order in which the server took them");
        assert_eq!((detail.row.version, detail.history_complete), (1, true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_edits_meanwhile_is_not_in_its_way_and_an_archived_one_is_noted_on_as_well() {
    let centre = Centre::open().await;
    let (one, two) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    let template = first(&one).await;
    let opened = one.seat().template_detail(&template).await.unwrap();
    two.seat().note_template(&template, "Dearer from May on").await.unwrap();
    two.seat().archive_template(&template, true).await.unwrap();
    two.until("sent", |status| status.waiting == 0).await;
    let form = TemplateForm { title: "Another title".to_owned(), ..opened.form };
    let save = SaveTemplate { id: Some(template.clone()), based_on: Some(opened.row.version), form };
    one.seat().save_template(save).await.unwrap();
    one.until("sent", |status| status.waiting == 0).await;
    one.sync().await;
    let noted = one.seat().note_template(&template, "Done").await.unwrap();
    assert!(noted.row.archived);
    assert_eq!((noted.row.title.as_str(), notes(&noted).len()), ("Another title", 2));
    assert_eq!(one.seat().status_bar().await.unwrap().refused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_cannot_be_is_refused_and_nothing_is_recorded() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let template = first(&office).await;
    let cases = [
        (" ".to_owned(), FieldErrorCode::Required),
        ("x".repeat(501), FieldErrorCode::TooLong),
        ("evil\u{202e}".to_owned(), FieldErrorCode::ForbiddenCharacter),
    ];
    for (text, code) in cases {
        let error = office.seat().note_template(&template, &text).await.unwrap_err();
        assert_eq!((error.fields[0].field.as_str(), error.fields[0].code), ("text", code));
    }
    let nowhere = office.seat().note_template("0199a6d2-0000-7000-8000-000000000001", "Where?").await.unwrap_err();
    assert!(matches!(nowhere.code, ErrorCode::Refused | ErrorCode::UnknownTemplate), "{nowhere}");
    assert_eq!(notes(&office.seat().template_detail(&template).await.unwrap()), []);
    assert_eq!(office.seat().status_bar().await.unwrap().waiting, 0);
}
