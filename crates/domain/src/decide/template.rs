//! Create, edit, archive a template; write a note on it.

use super::{Change, Context, Decided, Decision, Situation};
use crate::{
    ids::TemplateId,
    outcome::Refusal,
    template::{Template, TemplateContent},
};

pub(super) fn create(id: TemplateId, says: &TemplateContent, situation: &Situation, context: &Context) -> Decided {
    if situation.template.is_some() {
        return Err(Refusal::IdTaken);
    }
    check(says)?;
    let template = Template { id, content: says.clone(), version: 1, archived: false, changed: context.stamp, row_version: 1 };
    Ok(Decision::applied(vec![Change::Template(template)]))
}

pub(super) fn edit(based_on: u32, says: &TemplateContent, situation: &Situation, context: &Context) -> Decided {
    let current = situation.template.as_ref().ok_or(Refusal::UnknownTemplate)?;
    if based_on != current.version {
        return Err(Refusal::StaleTemplate { current: current.content.clone(), current_version: current.version, based_on });
    }
    check(says)?;
    Ok(changed(current, context, |template| {
        template.content = says.clone();
        template.version += 1;
    }))
}

pub(super) fn archive(archived: bool, situation: &Situation, context: &Context) -> Decided {
    let current = situation.template.as_ref().ok_or(Refusal::UnknownTemplate)?;
    if current.archived == archived {
        return Err(Refusal::ArchivedAlready { archived });
    }
    Ok(changed(current, context, |template| template.archived = archived))
}

/// It stands in the history and changes nothing: whoever edits at the same time is not in its way.
pub(super) fn note(situation: &Situation) -> Decided {
    let known = situation.template.as_ref().ok_or(Refusal::UnknownTemplate);
    known.map(|_| Decision::applied(Vec::new()))
}

fn changed(current: &Template, context: &Context, change: impl FnOnce(&mut Template)) -> Decision {
    let mut template = current.clone();
    change(&mut template);
    template.changed = context.stamp;
    template.row_version += 1;
    Decision::applied(vec![Change::Template(template)])
}

fn check(says: &TemplateContent) -> Result<(), Refusal> {
    says.check().map_err(|error| Refusal::BadContent { rule: error.to_string() })
}
