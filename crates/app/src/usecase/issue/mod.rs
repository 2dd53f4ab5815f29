//! Issue many vouchers of one template at once: so many for one buyer, or one for each line of a table.
//!
//! The whole batch is one commit: a crash leaves all of it or nothing, and the same batch confirmed again issues nothing again.

mod batches;
mod files;
mod plan;

pub(in crate::usecase) use self::{
    batches::MOST_SHOWN,
    plan::{person_of, take},
};

use beadsbox_domain::{Batch, BatchId, Deed, Operation, Person, Template, VoucherId};
use beadsbox_protocol::person::SaltedPerson;
use beadsbox_store::{NewOperation, View};

use super::{Seat, allowed, id, least_validity, sale_clock, work::Work};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{BatchRow, IssueCheck, IssueChoices, IssueForm, TemplateCard, WorkKind},
};

/// The most vouchers of a batch: few enough for one commit and one document.
const MOST_OF_A_BATCH: u32 = 10_000;

impl Seat {
    /// What can be issued.
    pub async fn issue_choices(&self) -> AppResult<IssueChoices> {
        self.require(Deed::IssueMany)?;
        let templates = self.read(|view| Ok(view.templates(false)?.into_iter().map(|row| TemplateCard::from(&row.template)).collect())).await?;
        Ok(IssueChoices { templates, most: MOST_OF_A_BATCH })
    }

    /// Looks at every line, and at the form. Nothing is issued.
    pub async fn check_issue(&self, form: IssueForm) -> AppResult<IssueCheck> {
        self.require(Deed::IssueMany)?;
        let at_work = self.device.desk.work.begin(WorkKind::Look, self.session.staff)?;
        let plan = self.issue_plan(&form).await?;
        let batch_id = BatchId(self.device.host.new_id()).to_string();
        let (name, price) = (plan.name.clone(), plan.template.content.price);
        let same_name = self.batch_named(&name).await?;
        let check = plan.check(batch_id, price, same_name)?;
        if let Some(checked) = plan.checked {
            self.keep_mapping(crate::view::SheetUse::Issue, &checked.sheet, &checked.columns).await?;
            self.device.desk.keep_checked(&at_work, checked)?;
        }
        Ok(check)
    }

    /// Issues the good ones, under the batch's id that [`Self::check_issue`] gave. A batch that is there already is answered as it is.
    pub async fn issue_batch(&self, form: IssueForm, batch_id: &str) -> AppResult<BatchRow> {
        self.require(Deed::IssueMany)?;
        let batch: BatchId = id(batch_id, ErrorCode::InvalidInput)?;
        // Before anything is waited for: whoever is replaced meanwhile has it stopped.
        let at_work = self.device.desk.work.begin(WorkKind::Issue, self.session.staff)?;
        // Its template may have been archived since, or what the law asks have changed.
        if let Some(there) = self.batch(batch).await? {
            return Ok(there);
        }
        let plan = self.issue_plan(&form).await?;
        if plan.persons.is_empty() {
            return Err(AppError::new(ErrorCode::NoGoodLine, "nothing to issue"));
        }
        let work = std::sync::Arc::clone(&at_work.work);
        work.expect(plan.persons.len() as u64);
        let mail = plan.chosen_mail(form.mail);
        let issue = Issue { batch: Batch { id: batch, name: plan.name }, template: plan.template, payment: form.payment, mail };
        let seat = self.clone();
        self.device
            .record_with(move |view, shop| {
                if !view.batch_vouchers(batch)?.is_empty() {
                    return Ok(Vec::new());
                }
                let sales = issue.sales(&seat, view, &plan.persons, &work)?;
                sale_clock::check(&seat, view, &sales)?;
                let at = seat.device.host.clock.now();
                Ok::<_, AppError>(sales.into_iter().map(|sale| NewOperation { at, shop, ..sale }).collect())
            })
            .await?;
        self.batch(batch).await?.ok_or_else(|| AppError::internal("a batch that is not there"))
    }
}

/// What is the same of all vouchers of a batch.
struct Issue {
    batch: Batch,
    template: Template,
    payment: beadsbox_domain::Payment,
    /// Whether each buyer with an address is mailed their vouchers; none where nobody was asked.
    mail: Option<bool>,
}

impl Issue {
    /// The sales, in the order of the persons. An error where the rules refuse one, or somebody stopped it: then none is recorded.
    fn sales(&self, seat: &Seat, view: &View<'_>, persons: &[Person], work: &Work) -> AppResult<Vec<NewOperation>> {
        let now = view.template(self.template.id)?.map(|row| row.template).filter(|template| !template.archived);
        if now.as_ref().is_none_or(|now| now.version != self.template.version) {
            return Err(AppError::new(ErrorCode::ChangedMeanwhile, "the template was edited or archived meanwhile"));
        }
        // What the law asks may have changed since it was looked at, as the template may.
        least_validity::check_sale(view, [&self.template.content])?;
        // Ids sort by time and then at random: in their order, the batch is in the order of its lines.
        let mut ids: Vec<VoucherId> = persons.iter().map(|_| VoucherId(seat.device.host.new_id())).collect();
        ids.sort_unstable();
        let mut sales = Vec::with_capacity(persons.len());
        for (voucher, person) in ids.into_iter().zip(persons) {
            work.did(1)?;
            let sale = self.sale(seat, voucher, person)?;
            allowed(view, &sale)?;
            sales.push(sale);
        }
        Ok(sales)
    }

    fn sale(&self, seat: &Seat, voucher: VoucherId, person: &Person) -> AppResult<NewOperation> {
        let salted = SaltedPerson::new(person, seat.device.host.random_bytes()).map_err(AppError::internal)?;
        let operation = Operation::Sell {
            voucher,
            code: seat.new_code(),
            template: self.template.id,
            template_version: self.template.version,
            snapshot: self.template.content.clone(),
            person: salted.hash().map_err(AppError::internal)?,
            payment: self.payment,
            home_shop: None,
            replaces: None,
            batch: Some(self.batch.clone()),
            imported: None,
            mail: person.email.as_ref().and(self.mail),
        };
        Ok(NewOperation { person: Some(salted), ..seat.operation(operation) })
    }
}
