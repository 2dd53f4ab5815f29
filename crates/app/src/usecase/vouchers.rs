//! Find vouchers and look at one.

use beadsbox_domain::{Deed, Status, Timestamp, VoucherId, operation::Subject};
use beadsbox_store::{Directory, Found, View, VoucherView};

use super::{Seat, corrections, history, id, names, question::Asked};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{FoundBy, VoucherDetail, VoucherLink, VoucherPage, VoucherQuery, VoucherRow},
};

impl Seat {
    /// A page of the grid.
    pub async fn voucher_page(&self, query: VoucherQuery) -> AppResult<VoucherPage> {
        self.require(Deed::UseOffice)?;
        let asked = Asked::by(self);
        self.read(move |view| {
            let page = view.voucher_page(&asked.page(view, query)?)?;
            let rows = page.rows.iter().map(|found| row(view.directory(), found, asked.now)).collect();
            let found_by = match page.found {
                Found::Asked => FoundBy::Question,
                Found::Code => FoundBy::Code,
                Found::Near => FoundBy::Mistake,
            };
            Ok(VoucherPage { rows, next: page.next, total: page.total, found_by })
        })
        .await
    }

    /// The `after` of the page that begins behind so many rows; nothing where one goes there page by page.
    pub async fn voucher_cursor(&self, query: VoucherQuery, rows: u64) -> AppResult<Option<String>> {
        self.require(Deed::UseOffice)?;
        let asked = Asked::by(self);
        self.read(move |view| Ok(view.voucher_cursor(&asked.page(view, query)?, rows)?)).await
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
                sold: names::fact_of_sale(directory, &found.voucher.sold),
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
pub(super) fn row(directory: &Directory, found: &VoucherView, now: Timestamp) -> VoucherRow {
    let (voucher, person) = (&found.voucher, found.person.as_ref());
    VoucherRow {
        id: voucher.id.to_string(),
        code: voucher.code.to_string(),
        title: voucher.snapshot.title.as_str().to_owned(),
        buyer: person.map(|person| person.buyer.as_str().to_owned()).unwrap_or_default(),
        email: person.and_then(|person| person.email.clone()).map(String::from),
        recipient: person.and_then(|person| person.recipient.clone()).map(String::from),
        message: person.and_then(|person| person.message.clone()).map(String::from),
        price: voucher.snapshot.price.into(),
        payment: voucher.payment,
        status: voucher.status,
        sold_at: voucher.sold.at.to_string(),
        sold_by: directory.staff_name(voucher.sold.staff).to_owned(),
        on_shop_page: voucher.is_sold_by_server(),
        shop: directory.shop_name(voucher.sold.shop).to_owned(),
        expires_on: voucher.expires_on.map(|day| day.to_string()),
        changed_at: voucher.since.at.to_string(),
        overdue: voucher.status == Status::Purchased && voucher.is_overdue(now),
        waiting: found.waiting,
        open_conflict: found.open_conflict,
    }
}
