//! The templates of vouchers that are taken over: those here that say the same, and new ones for the others.

use std::collections::HashMap;

use beadsbox_documents::title_key;
use beadsbox_domain::{Money, Operation, Template, TemplateContent, TemplateId, Vat, text::Description};
use beadsbox_protocol::import::template_id;
use beadsbox_store::{NewOperation, View};

use super::line::{Line, Rules};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, allowed},
    view::ImportTemplate,
};

/// More titles and prices than that are no templates: a column was taken for another.
const MOST_NEW: usize = 500;
/// So many are shown.
const MOST_SHOWN: usize = 50;

/// A title, as it is compared, and a price.
type Key = (String, i64, &'static str);

fn key(title: &str, price: Money) -> Key {
    (title_key(title), price.minor, price.currency.code())
}

/// The templates that are here.
pub(super) struct Templates {
    known: HashMap<Key, Template>,
    /// By title, its prices.
    prices: HashMap<String, Vec<Money>>,
}

/// What the vouchers of an import are sold from.
pub(super) struct Chosen {
    by_key: HashMap<Key, Sold>,
}

struct Sold {
    template: TemplateId,
    version: u32,
    content: TemplateContent,
    known: bool,
    vouchers: u64,
}

impl Templates {
    /// Vouchers taxed so are to be taken over. A template that is not on sale and says otherwise is of another import: it is none of theirs.
    pub(super) fn read(view: &View<'_>, vat: Vat) -> AppResult<Self> {
        let (mut known, mut prices) = (HashMap::new(), HashMap::<String, Vec<Money>>::new());
        for template in view.templates(true)?.into_iter().map(|row| row.template) {
            let (title, price) = (template.content.title.as_str(), template.content.price);
            let of_title = prices.entry(title_key(title)).or_default();
            if !of_title.contains(&price) {
                of_title.push(price);
            }
            let rank = |template: &Template| (template.content.vat == vat, !template.archived);
            if rank(&template) == (false, false) {
                continue;
            }
            // Of two that say the same, the one that is taxed so, and then the one that is on sale.
            let better = |other: &Template| rank(other) < rank(&template);
            match known.entry(key(title, price)) {
                std::collections::hash_map::Entry::Occupied(mut there) if better(there.get()) => _ = there.insert(template),
                std::collections::hash_map::Entry::Occupied(_) => {}
                std::collections::hash_map::Entry::Vacant(free) => _ = free.insert(template),
            }
        }
        Ok(Self { known, prices })
    }

    /// What vouchers of that title cost, where there is one price.
    pub(super) fn price_of(&self, title: &str) -> Option<Money> {
        match self.prices.get(title).map(Vec::as_slice) {
            Some([price]) => Some(*price),
            _ => None,
        }
    }
}

impl Chosen {
    pub(super) fn of(lines: &[Line], templates: &Templates, rules: &Rules) -> AppResult<Self> {
        let mut by_key: HashMap<Key, Sold> = HashMap::new();
        for line in lines {
            let key = key(line.title.as_str(), line.price);
            if let Some(sold) = by_key.get_mut(&key) {
                sold.vouchers += 1;
                continue;
            }
            let sold = match templates.known.get(&key) {
                Some(template) => Sold { template: template.id, version: template.version, content: template.content.clone(), known: true, vouchers: 1 },
                None => Sold {
                    template: template_id(&rules.source, &line.title, line.price, rules.vat),
                    version: 1,
                    content: content(line, rules.vat)?,
                    known: false,
                    vouchers: 1,
                },
            };
            by_key.insert(key, sold);
        }
        if by_key.values().filter(|sold| !sold.known).count() > MOST_NEW {
            return Err(AppError::new(ErrorCode::TooManyTemplates, "too many titles and prices").with("most", MOST_NEW));
        }
        Ok(Self { by_key })
    }

    pub(super) fn count(&self) -> u64 {
        self.by_key.len() as u64
    }

    /// Those with the most vouchers first.
    pub(super) fn shown(&self, vat: Vat) -> Vec<ImportTemplate> {
        let mut shown: Vec<&Sold> = self.by_key.values().collect();
        shown.sort_by_key(|sold| (std::cmp::Reverse(sold.vouchers), sold.template));
        let one = |sold: &Sold| ImportTemplate {
            title: sold.content.title.as_str().to_owned(),
            price: sold.content.price.into(),
            vouchers: sold.vouchers,
            known: sold.known,
            vat: sold.content.vat,
            other_vat: sold.content.vat != vat,
        };
        shown.into_iter().take(MOST_SHOWN).map(one).collect()
    }

    /// What a line's voucher is sold from: the template, its version, what it says.
    pub(super) fn of_line(&self, line: &Line) -> AppResult<(TemplateId, u32, TemplateContent)> {
        let sold = self.by_key.get(&key(line.title.as_str(), line.price)).ok_or_else(|| AppError::internal("a line without a template"))?;
        Ok((sold.template, sold.version, sold.content.clone()))
    }

    /// Makes the new ones, hidden from sale, in one commit. One that an earlier run made is there.
    pub(super) async fn make(&self, seat: &Seat) -> AppResult<()> {
        let mut new: Vec<(TemplateId, TemplateContent)> =
            self.by_key.values().filter(|sold| !sold.known).map(|sold| (sold.template, sold.content.clone())).collect();
        new.sort_unstable_by_key(|(id, _)| *id);
        let making = seat.clone();
        seat.device
            .record_with(move |view, shop| {
                let mut operations = Vec::new();
                for (template, content) in new {
                    if view.template(template)?.is_some() {
                        continue;
                    }
                    let create = NewOperation { shop, ..making.operation(Operation::CreateTemplate { template, content }) };
                    allowed(view, &create)?;
                    operations.push(create);
                    // Of what this commit makes, the rules have nothing to say yet.
                    operations.push(NewOperation { shop, ..making.operation(Operation::ArchiveTemplate { template, archived: true }) });
                }
                Ok::<_, AppError>(operations)
            })
            .await
    }
}

fn content(line: &Line, vat: Vat) -> AppResult<TemplateContent> {
    let content = TemplateContent {
        title: line.title.clone(),
        description: Description::new("").map_err(AppError::internal)?,
        price: line.price,
        validity_months: None,
        vat,
    };
    content.check().map_err(AppError::internal)?;
    Ok(content)
}
