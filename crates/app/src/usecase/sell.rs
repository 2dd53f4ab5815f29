//! Sell vouchers. Works without the server: a voucher is genuine once it is on this device's disk.

use beadsbox_domain::{
    Deed, Money, OpId, Operation, Person, ShopId, Template, TemplateId, VoucherCode, VoucherId,
    text::{Email, Message, PersonName, TextError},
    voucher::Payment,
};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, Recording, View};

use super::{Seat, id, least_validity, unshown_sale};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    view::{SaleChoices, SaleForm, SaleReceipt, TemplateCard},
};

/// More than anybody buys at once, and few enough to print.
pub(super) const MOST_VOUCHERS_OF_A_SALE: u32 = 50;

impl Seat {
    /// What can be sold, and what a seller is asked.
    pub async fn sale_choices(&self) -> AppResult<SaleChoices> {
        self.require(Deed::Sell)?;
        self.read(|view| {
            let cards = view.templates(false)?.into_iter().map(|row| TemplateCard::from(&row.template));
            Ok(SaleChoices { templates: cards.collect(), mail: view.directory().mails_at_sale() })
        })
        .await
    }

    /// Sells vouchers of templates that are not archived, in one commit: all of them or none, in one moment, by which they are known
    /// as one sale.
    pub async fn sell(&self, form: SaleForm) -> AppResult<SaleReceipt> {
        self.require(Deed::Sell)?;
        let asked = asked(&form)?;
        let ids: Vec<TemplateId> = asked.iter().map(|line| line.template).collect();
        let look = move |view: &View<'_>| {
            let templates = on_sale(view, &ids)?;
            least_validity::check_sale(view, templates.iter().map(|template| &template.content))?;
            Ok((templates, view.directory().mails_at_sale()))
        };
        let (templates, mails_at_sale) = self.read(look).await?;
        check_total(&asked, &templates)?;
        let home_shop = form.this_shop_only.then_some(self.device.place().shop);
        // Without an address, or without mail, there was nothing to choose.
        let email = asked.first().and_then(|line| line.person.email.as_ref());
        let mail = email.and(mails_at_sale).and(form.mail);
        let mut sales = Vec::new();
        for (line, template) in asked.iter().zip(&templates) {
            for _ in 0..line.quantity {
                sales.push(self.sale_of(template, &line.person, form.payment, home_shop, mail)?);
            }
        }
        let ops: Vec<OpId> = sales.iter().map(|sale| sale.op).collect();
        self.record_all(Recording { note: Some(unshown_sale::note(&ops)?), operations: sales }).await?;
        self.receipt_of_sale(ops).await
    }

    fn sale_of(&self, template: &Template, person: &Person, payment: Payment, home_shop: Option<ShopId>, mail: Option<bool>) -> AppResult<NewOperation> {
        let salted = SaltedPerson::new(person, self.device.host.random_bytes()).map_err(AppError::internal)?;
        let operation = Operation::Sell {
            voucher: VoucherId(self.device.host.new_id()),
            code: self.new_code(),
            template: template.id,
            template_version: template.version,
            snapshot: template.content.clone(),
            person: salted.hash().map_err(AppError::internal)?,
            payment,
            home_shop,
            replaces: None,
            batch: None,
            imported: None,
            mail,
        };
        Ok(NewOperation { person: Some(salted), ..self.operation(operation) })
    }

    pub(super) fn new_code(&self) -> VoucherCode {
        let bytes = self.device.host.random_bytes();
        if self.device.is_training() {
            VoucherCode::for_training(bytes)
        } else {
            VoucherCode::from_random(bytes)
        }
    }
}

/// A line of the form, read.
struct Asked {
    template: TemplateId,
    quantity: u32,
    person: Person,
}

fn asked(form: &SaleForm) -> AppResult<Vec<Asked>> {
    let mut faults = FieldErrors::default();
    let buyer = faults.take("buyer", PersonName::new(&form.buyer));
    let email = faults.take("email", optional(&form.email, Email::new));
    let total: u64 = form.lines.iter().map(|line| u64::from(line.quantity)).sum();
    if total > u64::from(MOST_VOUCHERS_OF_A_SALE) {
        faults.add("lines", FieldErrorCode::TooLarge, Some(MOST_VOUCHERS_OF_A_SALE));
    }
    if form.lines.is_empty() {
        faults.add("lines", FieldErrorCode::Required, None);
    }
    let mut asked = Vec::with_capacity(form.lines.len());
    for (number, line) in form.lines.iter().enumerate() {
        let field = |name: &str| format!("lines.{number}.{name}");
        if line.quantity == 0 {
            faults.add(&field("quantity"), FieldErrorCode::TooSmall, Some(1));
        }
        let recipient = faults.take(&field("recipient"), optional(&line.recipient, PersonName::new));
        let message = faults.take(&field("message"), optional(&line.message, Message::new));
        let template = id(&line.template_id, ErrorCode::UnknownTemplate)?;
        if let (Some(buyer), Some(email), Some(recipient), Some(message)) = (buyer.clone(), email.clone(), recipient, message) {
            asked.push(Asked { template, quantity: line.quantity, person: Person { buyer, email, recipient, message } });
        }
    }
    faults.finish()?;
    Ok(asked)
}

/// These templates, as they are sold now.
pub(super) fn on_sale(view: &View<'_>, ids: &[TemplateId]) -> AppResult<Vec<Template>> {
    let one = |id: &TemplateId| {
        let found = view.template(*id)?.map(|row| row.template).filter(|template| !template.archived);
        found.ok_or_else(|| AppError::new(ErrorCode::UnknownTemplate, "no such template on sale"))
    };
    ids.iter().map(one).collect()
}

/// One payment has one currency, and a sum that can be written.
fn check_total(asked: &[Asked], templates: &[Template]) -> AppResult<()> {
    let refuse = |code| AppError::in_field("lines", code, None);
    let currency = templates.first().ok_or_else(|| refuse(FieldErrorCode::Required))?.content.price.currency;
    let mut total = Money::new(0, currency);
    for (line, template) in asked.iter().zip(templates) {
        let price = template.content.price;
        if price.currency != currency {
            return Err(refuse(FieldErrorCode::SeveralCurrencies));
        }
        let sum = price.minor.checked_mul(i64::from(line.quantity)).and_then(|sum| total.minor.checked_add(sum));
        total.minor = sum.ok_or_else(|| refuse(FieldErrorCode::TooLarge))?;
    }
    Ok(())
}

/// Nothing typed is nothing given.
pub(super) fn optional<T>(text: &str, read: impl FnOnce(&str) -> Result<T, TextError>) -> Result<Option<T>, TextError> {
    if text.trim().is_empty() { Ok(None) } else { read(text).map(Some) }
}
