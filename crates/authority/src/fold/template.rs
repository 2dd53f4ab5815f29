//! A template, folded: what was told to hold, holds, in the order in which the server took it.

use std::collections::BTreeMap;

use beadsbox_domain::{Operation, Outcome, Stamp, Template, TemplateContent, TemplateId};

use super::in_order;
use crate::told::Told;

/// What a template says, and whether it is hidden.
#[derive(Clone, PartialEq, Eq)]
struct Says {
    content: TemplateContent,
    archived: bool,
    changed: Stamp,
}

/// The template after all these operations; `before` is its row and `contents` are its versions as they stand. None while
/// nobody has told what it says.
///
/// Versions are never given to another content: where the folding changes what the template says, that is a new version.
pub fn fold(id: TemplateId, decided: &[Told], arriving: &Told, before: Option<&Template>, contents: &BTreeMap<u32, TemplateContent>) -> Option<Template> {
    let creates = |told: &Told| told.outcome == Outcome::Applied && matches!(told.body.operation, Operation::CreateTemplate { .. });
    let mut line = in_order(decided, arriving, creates, |told| told.outcome == Outcome::Applied);
    let mut says = None;
    if let Some(before) = before.filter(|_| !line.iter().any(|told| creates(told))) {
        // Its first operation is not back, and what stands may rest on more than is here.
        says = Some(Says { content: before.content.clone(), archived: before.archived, changed: before.changed });
        line = vec![arriving];
    }
    for told in line.into_iter().filter(|told| told.outcome == Outcome::Applied) {
        take(&mut says, told);
    }
    let says = says?;
    let Some(before) = before else {
        return Some(Template { id, content: says.content, version: 1, archived: says.archived, changed: says.changed, row_version: 1 });
    };
    let version = if says.content == before.content {
        before.version
    } else {
        contents.keys().next_back().copied().unwrap_or(0).max(before.version).saturating_add(1)
    };
    let after = Template { id, content: says.content, version, archived: says.archived, changed: says.changed, row_version: before.row_version };
    let same = after == *before;
    Some(Template { row_version: before.row_version + u64::from(!same), ..after })
}

/// A template of which no operation is back, only a voucher that was sold from it.
pub(crate) fn lost(id: TemplateId, content: TemplateContent, sold: Stamp) -> Template {
    Template { id, content, version: 1, archived: false, changed: sold, row_version: 1 }
}

fn take(says: &mut Option<Says>, told: &Told) {
    let changed = told.body.stamp();
    match &told.body.operation {
        Operation::CreateTemplate { content, .. } | Operation::EditTemplate { content, .. } => {
            let archived = says.as_ref().is_some_and(|says| says.archived);
            *says = Some(Says { content: content.clone(), archived, changed });
        }
        Operation::ArchiveTemplate { archived, .. } => {
            if let Some(says) = says {
                (says.archived, says.changed) = (*archived, changed);
            }
        }
        _ => {}
    }
}
