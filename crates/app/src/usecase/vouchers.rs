//! Find vouchers and look at one.

use beadsbox_domain::{Date, Deed, Status, Timestamp, VoucherId, operation::Subject};
use beadsbox_store::{Directory, View, VoucherFilters, VoucherSort, VoucherView};
use jiff::tz::TimeZone;

use super::{Seat, corrections, history, id, names};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    view::{self, SortKey, VoucherDetail, VoucherLink, VoucherPage, VoucherQuery, VoucherRow},
};

const MOST_ROWS: usize = 500;

impl Seat {
    /// A page of the grid.
    pub async fn voucher_page(&self, query: VoucherQuery) -> AppResult<VoucherPage> {
        self.require(Deed::UseOffice)?;
        let (now, home) = (self.device.host.clock.now(), self.device.place().shop);
        self.read(move |view| {
            let query = store_query(query, &view.directory().time_zone(home))?;
            let page = view.voucher_page(&query)?;
            let rows = page.rows.iter().map(|found| row(view.directory(), found, now)).collect();
            Ok(VoucherPage { rows, next: page.next, total: page.total })
        })
        .await
    }

    /// Everything about a voucher.
    pub async fn voucher_detail(&self, voucher: &str) -> AppResult<VoucherDetail> {
        self.require(Deed::UseOffice)?;
        let voucher: VoucherId = id(voucher, ErrorCode::UnknownVoucher)?;
        let subject = Subject::Voucher(voucher);
        let from_server = self.server_history(subject).await;
        let seat = self.clone();
        self.read(move |view| {
            let now = seat.device.host.clock.now();
            let found = view.voucher(voucher)?.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?;
            let directory = view.directory();
            let history_complete = from_server.is_some();
            let (person, marks) = (found.person.as_ref(), &found.voucher.marks);
            Ok(VoucherDetail {
                row: row(directory, &found, now),
                description: found.voucher.snapshot.description.as_str().to_owned(),
                template_id: found.voucher.template.to_string(),
                vat: found.voucher.snapshot.vat,
                validity_months: found.voucher.snapshot.validity_months,
                email: person.and_then(|person| person.email.clone()).map(String::from),
                message: person.and_then(|person| person.message.clone()).map(String::from),
                payment: found.voucher.payment,
                home_shop: found.voucher.home_shop.map(|shop| directory.shop_name(shop).to_owned()),
                external_code: marks.external_code.clone().map(String::from),
                replaces: marks.replaces.map(|id| link(view, id)).transpose()?,
                replaced_by: marks.replaced_by.map(|id| link(view, id)).transpose()?,
                charged_back: marks.charged_back.is_some(),
                sold: names::fact(directory, &found.voucher.sold),
                since: names::fact(directory, &found.voucher.since),
                actions: corrections::offers(&seat, view, &found.voucher)?,
                history: history::merged(view, subject, from_server)?,
                history_complete,
            })
        })
        .await
    }
}

fn link(view: &View<'_>, id: VoucherId) -> AppResult<VoucherLink> {
    let code = view.voucher(id)?.map(|found| found.voucher.code.to_string());
    Ok(VoucherLink { id: id.to_string(), code })
}

/// A line of the grid.
fn row(directory: &Directory, found: &VoucherView, now: Timestamp) -> VoucherRow {
    let (voucher, person) = (&found.voucher, found.person.as_ref());
    VoucherRow {
        id: voucher.id.to_string(),
        code: voucher.code.to_string(),
        title: voucher.snapshot.title.as_str().to_owned(),
        buyer: person.map(|person| person.buyer.as_str().to_owned()).unwrap_or_default(),
        recipient: person.and_then(|person| person.recipient.clone()).map(String::from),
        price: voucher.snapshot.price.into(),
        status: voucher.status,
        sold_at: voucher.sold.at.to_string(),
        shop: directory.shop_name(voucher.sold.shop).to_owned(),
        expires_on: voucher.expires_on.map(|day| day.to_string()),
        overdue: voucher.status == Status::Purchased && voucher.is_overdue(now),
        waiting: found.waiting,
        open_conflict: found.open_conflict,
    }
}

fn store_query(query: VoucherQuery, zone: &TimeZone) -> AppResult<beadsbox_store::VoucherQuery> {
    let mut faults = FieldErrors::default();
    let filters = store_filters(&query.filters, zone, &mut faults);
    faults.finish()?;
    Ok(beadsbox_store::VoucherQuery {
        search: query.search,
        filters,
        sort: match query.sort {
            SortKey::SoldAt => VoucherSort::SoldAt,
            SortKey::Price => VoucherSort::Price,
            SortKey::Buyer => VoucherSort::Buyer,
            SortKey::Title => VoucherSort::Title,
            SortKey::Status => VoucherSort::Status,
            SortKey::ExpiresOn => VoucherSort::ExpiresOn,
            SortKey::Code => VoucherSort::Code,
        },
        descending: query.descending,
        after: query.after,
        limit: usize::try_from(query.limit).unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS),
    })
}

fn store_filters(filters: &view::VoucherFilters, zone: &TimeZone, faults: &mut FieldErrors) -> VoucherFilters {
    let mut day = |field: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.is_empty())?;
        let read = text.parse::<Date>();
        if read.is_err() {
            faults.add(field, FieldErrorCode::NotANumber, None);
        }
        read.ok()
    };
    // A day begins and ends where the shop is.
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|start| start.timestamp());
    let sold_from = day("sold_from", &filters.sold_from);
    let sold_to = day("sold_to", &filters.sold_to);
    VoucherFilters {
        status: filters.status.clone(),
        template: filters.template.as_ref().and_then(|id| id.parse().ok()),
        shop: filters.shop.as_ref().and_then(|id| id.parse().ok()),
        sold_from: sold_from.and_then(start),
        sold_before: sold_to.and_then(|day| day.tomorrow().ok()).and_then(start),
        expires_from: day("expires_from", &filters.expires_from),
        expires_to: day("expires_to", &filters.expires_to),
        value_min: filters.value_min,
        value_max: filters.value_max,
    }
}
