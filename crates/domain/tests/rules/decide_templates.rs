//! Templates: created once, edited on the version that was seen, archived and shown again, noted on.

use beadsbox_domain::{Change, Context, Operation, Refusal, Role, Situation, Template, TemplateContent};

use crate::support::{NOW, NOW_MINUTE, TEMPLATE, applied, content, context, eur, op, reason, refused, server, stamp, template};

fn there(template: Template) -> Situation {
    Situation { template: Some(template), ..Situation::default() }
}

fn create(content: TemplateContent) -> Operation {
    Operation::CreateTemplate { template: TEMPLATE, content }
}

fn edit(based_on: u32, content: TemplateContent) -> Operation {
    Operation::EditTemplate { template: TEMPLATE, based_on, content }
}

fn archive(archived: bool) -> Operation {
    Operation::ArchiveTemplate { template: TEMPLATE, archived }
}

fn note() -> Operation {
    Operation::NoteTemplate { template: TEMPLATE, text: reason() }
}

fn dearer() -> TemplateContent {
    TemplateContent { price: eur(5000), ..content() }
}

#[test]
fn created() {
    let changes = applied(&create(content()), &Situation::default(), &context(Role::BackOffice));
    let expected = Template { id: TEMPLATE, content: content(), version: 1, archived: false, changed: stamp(NOW, NOW_MINUTE), row_version: 1 };
    assert_eq!(changes, [Change::Template(expected)]);
    assert_eq!(refused(&create(content()), &there(template()), &context(Role::BackOffice)), Refusal::IdTaken);
}

#[test]
fn edited_on_the_version_that_stands() {
    let changes = applied(&edit(3, dearer()), &there(template()), &context(Role::BackOffice));
    let expected = Template { content: dearer(), version: 4, changed: stamp(NOW, NOW_MINUTE), row_version: 6, ..template() };
    assert_eq!(changes, [Change::Template(expected)]);
}

#[test]
fn edited_on_another_version_shows_what_it_says_now() {
    for based_on in [0, 2, 4, u32::MAX] {
        let refusal = refused(&edit(based_on, dearer()), &there(template()), &context(Role::BackOffice));
        assert_eq!(refusal, Refusal::StaleTemplate { current: content(), current_version: 3, based_on });
    }
}

#[test]
fn archived_and_shown_again() {
    let changes = applied(&archive(true), &there(template()), &context(Role::BackOffice));
    let hidden = Template { archived: true, changed: stamp(NOW, NOW_MINUTE), row_version: 6, ..template() };
    assert_eq!(changes, [Change::Template(hidden.clone())], "its content's version stays");
    assert_eq!(refused(&archive(false), &there(template()), &context(Role::BackOffice)), Refusal::ArchivedAlready { archived: false });
    assert_eq!(refused(&archive(true), &there(hidden.clone()), &context(Role::BackOffice)), Refusal::ArchivedAlready { archived: true });
    let changes = applied(&archive(false), &there(hidden.clone()), &context(Role::BackOffice));
    assert_eq!(changes, [Change::Template(Template { archived: false, row_version: 7, ..hidden })]);
}

#[test]
fn edited_while_archived_it_stays_archived() {
    let hidden = Template { archived: true, ..template() };
    let changes = applied(&edit(3, dearer()), &there(hidden), &context(Role::Admin));
    assert!(matches!(&changes[..], [Change::Template(row)] if row.archived && row.version == 4));
}

#[test]
fn what_breaks_a_rule_is_refused_with_the_rule() {
    let free = TemplateContent { price: eur(0), ..content() };
    let rule = Refusal::BadContent { rule: "the price must be above 0".to_owned() };
    assert_eq!(refused(&create(free.clone()), &Situation::default(), &context(Role::BackOffice)), rule);
    assert_eq!(refused(&edit(3, free), &there(template()), &context(Role::BackOffice)), rule);
}

#[test]
fn one_that_is_not() {
    for operation in [edit(1, content()), archive(true), archive(false), note()] {
        assert_eq!(refused(&operation, &Situation::default(), &context(Role::Admin)), Refusal::UnknownTemplate);
    }
}

#[test]
fn a_note_changes_nothing_whoever_writes_it() {
    for there in [there(template()), there(Template { archived: true, ..template() })] {
        for role in Role::ALL {
            assert_eq!(applied(&note(), &there, &context(role)), []);
        }
        let barred = Context { staff_active: false, ..context(Role::Admin) };
        assert_eq!(refused(&note(), &there, &barred), Refusal::UnknownStaff);
    }
}

#[test]
fn who_writes_templates() {
    let operations = [(create(content()), Situation::default()), (edit(3, dearer()), there(template())), (archive(true), there(template()))];
    for (operation, situation) in operations {
        applied(&operation, &situation, &context(Role::BackOffice));
        applied(&operation, &situation, &context(Role::Admin));
        applied(&operation, &situation, &server());
        assert_eq!(refused(&operation, &situation, &context(Role::Counter)), Refusal::NotPermitted { role: Role::Counter });
        let barred = Context { staff_active: false, ..context(Role::Admin) };
        assert_eq!(refused(&operation, &situation, &barred), Refusal::UnknownStaff);
        let nobody = Context { role: None, ..context(Role::Admin) };
        assert_eq!(refused(&operation, &situation, &nobody), Refusal::UnknownStaff);
    }
    assert_ne!(stamp(op(1), -60), stamp(NOW, NOW_MINUTE), "otherwise `changed` proves nothing");
}
