//! Templates with the numbers of their vouchers.

use std::collections::HashMap;

use beadsbox_domain::{Status, Template, TemplateId, Voucher, folding::fold};
use rusqlite::Connection;

use super::View;
use crate::{
    cache::rows::{self, Table},
    error::StoreError,
    file::sql::Sql,
    types::TemplateView,
};

/// Vouchers of one template.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    sold: u64,
    outstanding: u64,
}

impl Numbers {
    fn of(status: Status, vouchers: u64) -> Self {
        Self { sold: vouchers, outstanding: if status == Status::Purchased { vouchers } else { 0 } }
    }

    fn add(&mut self, more: Self) {
        self.sold += more.sold;
        self.outstanding += more.outstanding;
    }

    fn take(&mut self, less: Self) {
        self.sold = self.sold.saturating_sub(less.sold);
        self.outstanding = self.outstanding.saturating_sub(less.outstanding);
    }
}

impl View<'_> {
    /// The templates by title.
    pub fn templates(&self, include_archived: bool) -> Result<Vec<TemplateView>, StoreError> {
        let numbers = self.numbers(None)?;
        let cached: Vec<Template> = self.cached(rows::all(&self.cache, Table::Template))?;
        let untouched = cached.into_iter().filter(|template| self.overlay.template(template.id).is_none());
        let touched = self.overlay.templates().filter_map(|(_, entry)| Some((entry.template.clone()?, entry.replayed.waiting)));
        let mut views: Vec<TemplateView> = untouched
            .map(|template| (template, false))
            .chain(touched)
            .filter(|(template, _)| include_archived || !template.archived)
            .map(|(template, waiting)| view(template, waiting, &numbers))
            .collect();
        views.sort_by_cached_key(|view| (fold(view.template.content.title.as_str()), view.template.id));
        Ok(views)
    }

    /// A template; none where this device does not know it.
    pub fn template(&self, id: TemplateId) -> Result<Option<TemplateView>, StoreError> {
        let Some(template) = self.template_row(id)? else { return Ok(None) };
        let waiting = self.overlay.template(id).is_some_and(|entry| entry.replayed.waiting);
        Ok(Some(view(template, waiting, &self.numbers(Some(id))?)))
    }

    /// The template alone: counting its vouchers takes as long as there are vouchers that wait.
    pub(super) fn template_row(&self, id: TemplateId) -> Result<Option<Template>, StoreError> {
        match self.overlay.template(id) {
            Some(entry) => Ok(entry.template.clone()),
            None => self.cached(rows::template(&self.cache, id)),
        }
    }

    /// The numbers of all templates, or of one, with own operations counted in.
    fn numbers(&self, only: Option<TemplateId>) -> Result<HashMap<TemplateId, Numbers>, StoreError> {
        let mut numbers = self.cached(tallied(&self.cache, only))?;
        let own = |voucher: &Voucher| only.is_none_or(|id| id == voucher.template);
        for entry in self.overlay.vouchers() {
            if let Some(base) = entry.base.as_ref().map(|base| &base.voucher).filter(|voucher| own(voucher)) {
                numbers.entry(base.template).or_default().take(Numbers::of(base.status, 1));
            }
            if let Some(voucher) = entry.voucher().filter(|voucher| own(voucher)) {
                numbers.entry(voucher.template).or_default().add(Numbers::of(voucher.status, 1));
            }
        }
        Ok(numbers)
    }
}

fn view(template: Template, waiting: bool, numbers: &HashMap<TemplateId, Numbers>) -> TemplateView {
    let Numbers { sold, outstanding } = numbers.get(&template.id).copied().unwrap_or_default();
    TemplateView { template, waiting, sold, outstanding }
}

fn tallied(cache: &Connection, only: Option<TemplateId>) -> rusqlite::Result<HashMap<TemplateId, Numbers>> {
    let question = match only {
        Some(_) => "SELECT template, status, vouchers FROM tally WHERE template = ?1",
        None => "SELECT template, status, vouchers FROM tally WHERE ?1 IS NULL",
    };
    let mut statement = cache.prepare_cached(question)?;
    let mut rows = statement.query([only.map(Sql)])?;
    let mut numbers: HashMap<TemplateId, Numbers> = HashMap::new();
    while let Some(row) = rows.next()? {
        let status = row.get::<_, Sql<Status>>(1)?.0;
        numbers.entry(row.get::<_, Sql<TemplateId>>(0)?.0).or_default().add(Numbers::of(status, row.get::<_, Sql<u64>>(2)?.0));
    }
    Ok(numbers)
}
