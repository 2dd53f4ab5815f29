//! Sell a voucher. Works without the server: the voucher is genuine once it is on this device's disk.

use beadsbox_domain::{
    Deed, Operation, Person, VoucherCode, VoucherId,
    text::{Email, Message, PersonName, TextError},
};
use beadsbox_protocol::person::SaltedPerson;

use super::{Seat, id, qr};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrors},
    view::{SaleForm, SaleReceipt, TemplateCard},
};

impl Seat {
    /// What can be sold.
    pub async fn sale_templates(&self) -> AppResult<Vec<TemplateCard>> {
        self.require(Deed::Sell)?;
        self.read(|view| {
            let cards = view.templates(false)?.into_iter().map(|row| TemplateCard {
                id: row.template.id.to_string(),
                version: row.template.version,
                title: row.template.content.title.as_str().to_owned(),
                description: row.template.content.description.as_str().to_owned(),
                price: row.template.content.price.into(),
                validity_months: row.template.content.validity_months,
            });
            Ok(cards.collect())
        })
        .await
    }

    /// Sells a voucher of a template that is not archived.
    pub async fn sell(&self, form: SaleForm) -> AppResult<SaleReceipt> {
        self.require(Deed::Sell)?;
        let template = id(&form.template_id, ErrorCode::UnknownTemplate)?;
        let person = person(&form)?;
        let salted = SaltedPerson::new(&person, self.device.host.random_bytes()).map_err(AppError::internal)?;
        let hash = salted.hash().map_err(AppError::internal)?;
        let on_sale = self.read(move |view| Ok(view.template(template)?)).await?;
        let template = on_sale
            .map(|row| row.template)
            .filter(|template| !template.archived)
            .ok_or_else(|| AppError::new(ErrorCode::UnknownTemplate, "no such template on sale"))?;
        let sold = VoucherId(self.device.host.new_id());
        let operation = Operation::Sell {
            voucher: sold,
            code: VoucherCode::from_random(self.device.host.random_bytes()),
            template: template.id,
            template_version: template.version,
            snapshot: template.content,
            person: hash,
            payment: form.payment,
            home_shop: form.this_shop_only.then_some(self.device.enrolment.shop),
        };
        self.record(operation, Some(salted)).await?;
        let online = self.device.is_online();
        let seat = self.clone();
        self.read(move |view| {
            let voucher = view.voucher(sold)?.ok_or_else(|| AppError::internal("a sale that is not there"))?.voucher;
            Ok(SaleReceipt {
                voucher_id: sold.to_string(),
                code: voucher.code.to_string(),
                title: voucher.snapshot.title.as_str().to_owned(),
                price: voucher.snapshot.price.into(),
                buyer: person.buyer.into(),
                recipient: person.recipient.map(String::from),
                expires_on: voucher.expires_on.map(|day| day.to_string()),
                home_shop: voucher.home_shop.map(|shop| view.directory().shop_name(shop).to_owned()),
                sold_at: voucher.sold.at.to_string(),
                online,
                qr: qr::draw(&seat.signed_code(&voucher))?,
            })
        })
        .await
    }
}

fn person(form: &SaleForm) -> AppResult<Person> {
    let mut faults = FieldErrors::default();
    let buyer = faults.take("buyer", PersonName::new(&form.buyer));
    let email = faults.take("email", optional(&form.email, Email::new));
    let recipient = faults.take("recipient", optional(&form.recipient, PersonName::new));
    let message = faults.take("message", optional(&form.message, Message::new));
    faults.finish()?;
    match (buyer, email, recipient, message) {
        (Some(buyer), Some(email), Some(recipient), Some(message)) => Ok(Person { buyer, email, recipient, message }),
        _ => Err(AppError::internal("a form without a fault")),
    }
}

/// Nothing typed is nothing given.
fn optional<T>(text: &str, read: impl FnOnce(&str) -> Result<T, TextError>) -> Result<Option<T>, TextError> {
    if text.trim().is_empty() { Ok(None) } else { read(text).map(Some) }
}
