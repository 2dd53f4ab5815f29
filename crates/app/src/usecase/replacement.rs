//! Another voucher for one: a lost one issued again, or one of another template. With the server only, because paper goes out.

use std::time::Duration;

use beadsbox_domain::{Deed, Money, MoneyError, Operation, Outcome, Payment, Replaced, Replacement, TemplateId, VoucherId, text::Reason};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, VoucherView};

use super::{Seat, id, names, sell::on_sale};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::ExchangeChoice,
};

/// How long a person waits for the server's word. What is recorded stays recorded: the screen then says that it waits.
const LIMIT: Duration = Duration::from_secs(5);

/// What is issued.
pub(crate) enum Instead {
    /// The same again.
    Same,
    /// One of that template.
    Another(TemplateId),
}

impl Seat {
    /// What a voucher can be exchanged for, and what the customer pays then.
    pub async fn exchange_choices(&self, voucher: &str) -> AppResult<Vec<ExchangeChoice>> {
        self.require(Deed::UseOffice)?;
        self.require(Deed::Replace)?;
        let voucher: VoucherId = id(voucher, ErrorCode::UnknownVoucher)?;
        self.read(move |view| {
            let found = view.voucher(voucher)?.ok_or_else(|| AppError::new(ErrorCode::UnknownVoucher, "no such voucher here"))?.voucher;
            let worth = found.snapshot.price;
            let same_currency = |price: &Money| price.currency == worth.currency;
            let others = view.templates(false)?.into_iter().map(|row| row.template);
            let others = others.filter(|template| same_currency(&template.content.price) && template.content != found.snapshot);
            others
                .map(|template| {
                    let price = template.content.price;
                    Ok(ExchangeChoice {
                        template_id: template.id.to_string(),
                        title: template.content.title.as_str().to_owned(),
                        price: price.into(),
                        difference: difference(price, worth).map_err(AppError::internal)?.into(),
                    })
                })
                .collect()
        })
        .await
    }

    /// Ends the voucher and issues another one, in one commit, and waits for the server's word on both.
    pub(crate) async fn replace(&self, found: VoucherView, instead: Instead, payment: Payment, reason: Reason) -> AppResult<VoucherId> {
        let old = found.voucher;
        let new = VoucherId(self.device.host.new_id());
        let salted = found.person.as_ref().map(|person| SaltedPerson::new(person, self.device.host.random_bytes())).transpose();
        let salted = salted.map_err(AppError::internal)?;
        let person = match &salted {
            Some(salted) => salted.hash().map_err(AppError::internal)?,
            // Erased: the new one names nobody either.
            None => old.person,
        };
        let (template, template_version, snapshot, replacement) = match instead {
            // As it was sold, whatever the template says by now.
            Instead::Same => (old.template, 0, old.snapshot.clone(), Replacement::Reissue { expires_on: old.expires_on, expires_at: old.expires_at }),
            Instead::Another(template) => {
                let found = self.read(move |view| on_sale(view, &[template])).await?;
                let template = found.into_iter().next().ok_or_else(|| AppError::new(ErrorCode::UnknownTemplate, "no such template on sale"))?;
                (template.id, template.version, template.content, Replacement::Exchange)
            }
        };
        let sale = Operation::Sell {
            voucher: new,
            code: self.new_code(),
            template,
            template_version,
            snapshot,
            person,
            payment,
            home_shop: old.home_shop,
            replaces: Some(Replaced { voucher: old.id, value: old.snapshot.price, replacement }),
            batch: None,
            imported: None,
            mail: None,
        };
        let replace = self.operation(Operation::Replace { voucher: old.id, by: new, reason, replacement: Some(replacement) });
        let sale = NewOperation { person: salted, ..self.operation(sale) };
        let (ended, issued) = (replace.op, sale.op);
        let outcomes = self.device.outcomes();
        self.record_all(vec![replace, sale]).await?;
        match tokio::time::timeout(LIMIT, self.outcome_of(issued, outcomes)).await {
            Ok(Ok(Outcome::Rejected { refusal })) => {
                let first = self.read(move |view| Ok(view.own_operation(ended)?.and_then(|own| own.outcome))).await?;
                // What stood against the old one says more than that the new one stands for nothing.
                let told = if let Some(Outcome::Rejected { refusal: first }) = first {
                    self.note_told(vec![ended, issued]).await?;
                    first
                } else {
                    // The old one ended and nothing stands for it: that stays in the list until somebody sees to it.
                    refusal
                };
                Err(AppError::refused(self.read(move |view| Ok(names::refusal(view.directory(), &told))).await?))
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Ok(new),
        }
    }
}

fn difference(price: Money, worth: Money) -> Result<Money, MoneyError> {
    let worth = worth.minor.checked_neg().ok_or(MoneyError::OutOfRange)?;
    price.checked_add(Money::new(worth, price.currency))
}
