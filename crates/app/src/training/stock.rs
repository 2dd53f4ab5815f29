//! What a training begins with: the real directory and templates, and made-up vouchers in every state that a till meets.

use beadsbox_domain::{
    Marks, Money, OpId, Person, PersonHash, StaffId, Stamp, Status, Template, TemplateContent, TemplateId, Timestamp, Vat, Voucher, VoucherCode, VoucherId,
    expiry::last_day,
    text::{Description, PersonName, Title},
    voucher::Payment,
};
use beadsbox_protocol::rows::{self, DeviceState, Row, Settings, Staff, VoucherRow};
use beadsbox_store::{Enrolment, View};
use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    error::{AppError, AppResult},
    host::Host,
};

/// Buyers that there are not.
const BUYERS: [&str; 5] = ["Training Anna", "Training Bruno", "Training Chloé", "Training Driss", "Training Emma"];
/// One for each buyer: three to redeem, one that was used, one that is over.
const STATES: [Made; 5] = [Made::Good, Made::Good, Made::Good, Made::Used, Made::Over];
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Good,
    Used,
    Over,
}

/// The rows, and the codes of the made-up vouchers among them.
pub(super) fn rows(host: &Host, view: &View<'_>, enrolment: &Enrolment) -> AppResult<(Vec<Row>, Vec<VoucherCode>)> {
    let directory = view.directory();
    let now = host.clock.now();
    let mut rows: Vec<Row> = directory.shops().into_iter().cloned().map(Row::Shop).collect();
    // Neither PINs nor badges go along: nobody practises with them.
    rows.extend(directory.staff_members().into_iter().map(|staff| Row::Staff(Staff { pin: None, badge: None, ..staff.clone() })));
    rows.push(Row::Device(device(enrolment, directory.device(enrolment.device))));
    rows.push(Row::Settings(Settings {
        policy: *directory.policy(),
        least_validity: directory.least_validity().clone(),
        mails_at_sale: directory.mails_at_sale(),
        row_version: 1,
    }));
    let by = directory.staff_members().first().map_or_else(|| StaffId(host.new_id()), |staff| staff.id);
    let stamp = |at: Timestamp| Stamp { op: OpId(host.new_id()), at, staff: by, shop: enrolment.shop, device: enrolment.device };
    let mut templates: Vec<Template> = view.templates(false)?.into_iter().map(|row| row.template).collect();
    if templates.is_empty() {
        templates.push(template(host, stamp(now))?);
    }
    let (zone, mut codes) = (directory.time_zone(enrolment.shop), Vec::new());
    for (number, (buyer, state)) in BUYERS.into_iter().zip(STATES).enumerate() {
        let template = &templates[number % templates.len()];
        let voucher = voucher(host, template, state, &stamp, &zone, now);
        codes.push(voucher.code);
        let person = PersonName::new(buyer).ok().map(|buyer| Person { buyer, email: None, recipient: None, message: None });
        rows.push(Row::Voucher(Box::new(VoucherRow { voucher, person })));
    }
    rows.extend(templates.into_iter().map(Row::Template));
    Ok((rows, codes))
}

fn device(enrolment: &Enrolment, known: Option<&rows::Device>) -> rows::Device {
    rows::Device {
        id: enrolment.device,
        name: enrolment.name.clone(),
        shop: enrolment.shop,
        public_key: hex::encode(enrolment.public_key),
        state: DeviceState::Active,
        offline: known.and_then(|device| device.offline),
        row_version: 1,
    }
}

fn template(host: &Host, changed: Stamp) -> AppResult<Template> {
    let euro = beadsbox_domain::Currency::from_code("EUR").map_err(AppError::internal)?;
    let content = TemplateContent {
        title: Title::new("Training voucher").map_err(AppError::internal)?,
        description: Description::new("Made up, for training").map_err(AppError::internal)?,
        price: Money::new(4_000, euro),
        validity_months: Some(12),
        vat: Vat::MultiPurpose,
    };
    Ok(Template { id: TemplateId(host.new_id()), content, version: 1, archived: false, changed, row_version: 1 })
}

fn voucher(host: &Host, template: &Template, state: Made, stamp: &dyn Fn(Timestamp) -> Stamp, zone: &TimeZone, now: Timestamp) -> Voucher {
    let before = |days: i32| now.checked_sub(DAY * days).unwrap_or(now);
    let sold = stamp(before(if state == Made::Over { 400 } else { 30 }));
    let months = if state == Made::Over { Some(12) } else { template.content.validity_months };
    let end = months.and_then(|months| last_day(sold.at, months, zone));
    let (status, since) = match state {
        Made::Good => (Status::Purchased, sold),
        Made::Used => (Status::Used, stamp(before(2))),
        Made::Over => (Status::Expired, stamp(before(30))),
    };
    Voucher {
        id: VoucherId(host.new_id()),
        code: VoucherCode::for_training(host.random_bytes()),
        template: template.id,
        snapshot: template.content.clone(),
        person: PersonHash(host.random_bytes()),
        payment: Payment::Cash,
        sold,
        expires_on: end.map(|(day, _)| day),
        expires_at: end.map(|(_, at)| at),
        status,
        since,
        home_shop: None,
        marks: Marks::default(),
        row_version: 1,
    }
}
