//! How a person likes the grid on this device: columns, and questions with names.

use beadsbox_domain::Deed;
use serde_json::Value;

use super::{Seat, issue::MOST_SHOWN};
use crate::{
    error::{AppError, AppResult, FieldErrorCode, FieldErrors},
    view::{CurrencyView, FilterChoices, GridMemory, NamedId, SavedView, VoucherFilters},
};

const LONGEST_NAME: u32 = 60;
const MOST_VIEWS: u32 = 50;
/// Beside the longest search there is.
const LONGEST_SEARCH: usize = 400;

impl Seat {
    /// What there is to filter by.
    pub async fn filter_choices(&self) -> AppResult<FilterChoices> {
        self.require(Deed::UseOffice)?;
        self.read(|view| {
            let directory = view.directory();
            let templates = view.templates(true)?;
            let mut currencies: Vec<CurrencyView> = Vec::new();
            for template in &templates {
                let currency = CurrencyView::from(template.template.content.price.currency);
                if !currencies.contains(&currency) {
                    currencies.push(currency);
                }
            }
            currencies.sort_by(|a, b| a.code.cmp(&b.code));
            Ok(FilterChoices {
                shops: directory.shops().into_iter().map(|shop| named(shop.id, &shop.name)).collect(),
                templates: templates.iter().map(|found| named(found.template.id, found.template.content.title.as_str())).collect(),
                batches: view.batch_names(MOST_SHOWN)?.iter().map(|batch| named(batch.id, batch.name.as_str())).collect(),
                staff: directory.staff_members().into_iter().map(|staff| named(staff.id, &staff.name)).collect(),
                currencies,
            })
        })
        .await
    }

    /// How this person likes the grid here. What cannot be read counts as never set.
    pub async fn grid_memory(&self) -> AppResult<GridMemory> {
        self.require(Deed::UseOffice)?;
        let key = self.grid_key();
        let kept = self.device.files(move |store| Ok(store.preference(&key)?)).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).map(|kept: Value| read(&kept)).unwrap_or_default())
    }

    /// Keeps it.
    pub async fn remember_grid(&self, memory: GridMemory) -> AppResult<GridMemory> {
        self.require(Deed::UseOffice)?;
        let memory = checked(memory)?;
        let (key, text) = (self.grid_key(), serde_json::to_string(&memory).map_err(AppError::internal)?);
        self.device.files(move |store| Ok(store.set_preference(&key, &text)?)).await?;
        Ok(memory)
    }

    fn grid_key(&self) -> String {
        format!("grid.{}", self.session.staff)
    }
}

fn named(id: impl std::fmt::Display, name: &str) -> NamedId {
    NamedId { id: id.to_string(), name: name.to_owned() }
}

/// Each part by itself, over what an empty one is: a part that another version of the program wrote takes no other with it.
fn read(kept: &Value) -> GridMemory {
    let part = |name: &str| kept.get(name).cloned().unwrap_or_default();
    let columns = serde_json::from_value(part("columns")).unwrap_or_default();
    let views = part("views").as_array().cloned().unwrap_or_default();
    GridMemory { columns, views: views.into_iter().filter_map(read_view).collect() }
}

fn read_view(mut kept: Value) -> Option<SavedView> {
    let mut filters = serde_json::to_value(VoucherFilters::default()).ok()?;
    if let (Some(known), Some(own)) = (filters.as_object_mut(), kept.get("filters").and_then(Value::as_object)) {
        known.extend(own.clone());
    }
    kept.as_object_mut()?.insert("filters".to_owned(), filters);
    serde_json::from_value(kept).ok()
}

/// Names without what surrounds them, each once.
fn checked(memory: GridMemory) -> AppResult<GridMemory> {
    let mut faults = FieldErrors::default();
    let mut views: Vec<SavedView> = Vec::new();
    for view in memory.views {
        let view = SavedView { name: view.name.trim().to_owned(), ..view };
        match view.name.chars().count() {
            0 => faults.add("name", FieldErrorCode::Required, None),
            length if length > LONGEST_NAME as usize => faults.add("name", FieldErrorCode::TooLong, Some(LONGEST_NAME)),
            _ if view.search.chars().count() > LONGEST_SEARCH => faults.add("search", FieldErrorCode::TooLong, None),
            _ => {
                views.retain(|other| other.name != view.name);
                views.push(view);
            }
        }
    }
    if views.len() > MOST_VIEWS as usize {
        faults.add("views", FieldErrorCode::TooLarge, Some(MOST_VIEWS));
    }
    faults.finish()?;
    Ok(GridMemory { views, ..memory })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::SortKey;

    fn view(name: &str) -> SavedView {
        SavedView {
            name: name.to_owned(),
            search: String::new(),
            filters: VoucherFilters::default(),
            sort: SortKey::Buyer,
            descending: false,
            columns: Vec::new(),
        }
    }

    #[test]
    fn a_view_of_an_older_program_is_read_and_one_that_cannot_be_takes_no_other_with_it() {
        let mut kept = serde_json::to_value(GridMemory { columns: Vec::new(), views: vec![view("One"), view("Two")] }).unwrap();
        kept["views"][0]["filters"].as_object_mut().unwrap().remove("waiting");
        kept["views"][1]["sort"] = "by_nothing".into();
        assert_eq!(read(&kept), GridMemory { columns: Vec::new(), views: vec![view("One")] });
        assert_eq!(read(&"no memory".into()), GridMemory::default());
    }

    #[test]
    fn names_are_trimmed_needed_and_used_once() {
        let memory = |names: &[&str]| GridMemory { columns: Vec::new(), views: names.iter().map(|name| view(name)).collect() };
        assert_eq!(checked(memory(&[" One ", "Two", "One"])).unwrap(), memory(&["Two", "One"]));
        assert_eq!(checked(memory(&["  "])).unwrap_err().fields[0].code, FieldErrorCode::Required);
        assert_eq!(checked(memory(&[&"x".repeat(61)])).unwrap_err().fields[0].code, FieldErrorCode::TooLong);
    }
}
