//! Vouchers that a person chose: one by one, or all that match. Those are never sent to a page and back, but asked for again.

use std::{collections::HashSet, ops::ControlFlow};

use beadsbox_domain::{Deed, Money, VoucherId};
use beadsbox_store::{View, VoucherQuery, VoucherView};

use super::{Seat, id, question::Asked};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{ListOrder, SelectionSums, VoucherSelection},
};

/// The most that a page may name one by one; whoever wants more takes all that match.
const MOST_NAMED: usize = 10_000;

impl Seat {
    /// How many they are and what they are worth; nothing where adding it up would take too long.
    pub async fn selection_sums(&self, selection: VoucherSelection) -> AppResult<Option<SelectionSums>> {
        self.require(Deed::UseOffice)?;
        let asked = Asked::by(self);
        self.read(move |view| sums(view, &asked, &selection)).await
    }
}

/// Chosen vouchers in the order of the list.
pub(super) struct Selection {
    chosen: Chosen,
    except: HashSet<VoucherId>,
}

enum Chosen {
    These(Vec<VoucherId>),
    Matching(Box<VoucherQuery>),
}

impl Selection {
    pub(super) fn read(view: &View<'_>, asked: &Asked, selection: &VoucherSelection, order: ListOrder) -> AppResult<Self> {
        let ids = |texts: &[String]| {
            if texts.len() > MOST_NAMED {
                return Err(AppError::new(ErrorCode::InvalidInput, "too many vouchers by name").with("most", MOST_NAMED));
            }
            texts.iter().map(|text| id(text, ErrorCode::UnknownVoucher)).collect::<AppResult<Vec<VoucherId>>>()
        };
        Ok(match selection {
            VoucherSelection::These { ids: these } => Self { chosen: Chosen::These(ids(these)?), except: HashSet::new() },
            VoucherSelection::Matching { search, filters, except } => {
                let query = asked.list(view, search.clone(), filters, (order.sort, order.descending))?;
                Self { chosen: Chosen::Matching(Box::new(query)), except: ids(except)?.into_iter().collect() }
            }
        })
    }

    /// Gives them in parts, until there are no more or `take` has enough.
    pub(super) fn walk(self, view: &View<'_>, mut take: impl FnMut(Vec<VoucherView>) -> AppResult<ControlFlow<()>>) -> AppResult<()> {
        match self.chosen {
            Chosen::These(ids) => {
                for part in ids.chunks(500) {
                    if take(view.known_vouchers(part)?)?.is_break() {
                        break;
                    }
                }
            }
            Chosen::Matching(mut query) => loop {
                let page = view.voucher_page(&query)?;
                let rows = page.rows.into_iter().filter(|row| !self.except.contains(&row.voucher.id)).collect();
                if take(rows)?.is_break() {
                    break;
                }
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            },
        }
        Ok(())
    }
}

pub(super) fn sums(view: &View<'_>, asked: &Asked, selection: &VoucherSelection) -> AppResult<Option<SelectionSums>> {
    let order = ListOrder { sort: crate::view::SortKey::SoldAt, descending: true };
    let Selection { chosen, except } = Selection::read(view, asked, selection, order)?;
    let worth = |ids: &mut dyn Iterator<Item = VoucherId>| {
        let (mut vouchers, mut values) = (0, Vec::new());
        for voucher in ids {
            if let Some(found) = view.voucher(voucher)? {
                vouchers += 1;
                add(&mut values, found.voucher.snapshot.price);
            }
        }
        Ok::<_, AppError>((vouchers, values))
    };
    let (vouchers, values) = match chosen {
        Chosen::These(ids) => worth(&mut ids.into_iter())?,
        Chosen::Matching(query) => {
            let Some(all) = view.voucher_sums(&query)? else { return Ok(None) };
            let (left_out, theirs) = worth(&mut except.into_iter())?;
            let mut values = all.values;
            for value in theirs {
                add(&mut values, Money::new(-value.minor, value.currency));
            }
            (all.vouchers.saturating_sub(left_out), values)
        }
    };
    Ok(Some(SelectionSums { vouchers, values: values.into_iter().map(Into::into).collect() }))
}

/// Adds money to the sum of its currency.
pub(super) fn add(sums: &mut Vec<Money>, value: Money) {
    match sums.iter_mut().find(|sum| sum.currency == value.currency) {
        Some(sum) => sum.minor = sum.minor.saturating_add(value.minor),
        None => sums.push(value),
    }
}
