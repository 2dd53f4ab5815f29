//! Who gets the vouchers of a batch.

use std::{collections::BTreeSet, sync::Arc};

use beadsbox_documents::ReadRow;
use beadsbox_domain::{
    Money, Person, Template, TemplateId,
    text::{Email, Message, Name, PersonName},
};
use beadsbox_protocol::mail::MOST_VOUCHERS_OF_A_MAIL;
use beadsbox_store::View;

use super::MOST_OF_A_BATCH;
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors, FieldFault},
    usecase::{
        Seat, id, least_validity,
        sell::{on_sale, optional},
        sheet::{Checked, CheckedLine, Columns, shown},
    },
    view::{BatchMail, BatchRow, FieldColumn, IssueCheck, IssueForm, LineFault, LineState, SheetField, SheetUse},
};

/// A batch that can be issued.
pub(super) struct Plan {
    pub(super) name: Name,
    pub(super) template: Template,
    /// What the organisation set about mails at a sale; none where no mail can be sent.
    mails_at_sale: Option<bool>,
    /// One for each voucher.
    pub(super) persons: Vec<Person>,
    /// The lines of the table that they come from, where they do.
    pub(super) checked: Option<Checked>,
}

impl Seat {
    /// Reads the form, and the table where it is meant.
    pub(super) async fn issue_plan(&self, form: &IssueForm) -> AppResult<Plan> {
        let mut faults = FieldErrors::default();
        let name = faults.take("name", Name::new(&form.name));
        let one = match form.number {
            Some(number) => one_buyer(form, number, &mut faults),
            None => None,
        };
        faults.finish()?;
        let template: TemplateId = id(&form.template_id, ErrorCode::UnknownTemplate)?;
        let look = move |view: &View<'_>| {
            let found = on_sale(view, &[template])?;
            least_validity::check_sale(view, found.iter().map(|template| &template.content))?;
            Ok((found, view.directory().mails_at_sale()))
        };
        let (found, mails_at_sale) = self.read(look).await?;
        let template = found.into_iter().next().ok_or_else(|| AppError::new(ErrorCode::UnknownTemplate, "no such template on sale"))?;
        let name = name.ok_or_else(|| AppError::internal("a form without a fault"))?;
        if let Some((person, number)) = one {
            let persons = std::iter::repeat_n(person, usize::try_from(number).unwrap_or_default()).collect();
            return Ok(Plan { name, template, mails_at_sale, persons, checked: None });
        }
        let (persons, checked) = self.issue_lines(form.mapping.clone()).await?;
        Ok(Plan { name, template, mails_at_sale, persons, checked: Some(checked) })
    }

    async fn issue_lines(&self, mapping: Vec<FieldColumn>) -> AppResult<(Vec<Person>, Checked)> {
        let sheet = self.sheet(SheetUse::Issue)?;
        if sheet.table.rows.len() > MOST_OF_A_BATCH as usize {
            return Err(AppError::new(ErrorCode::TooManyLines, "too many lines for a batch").with("most", MOST_OF_A_BATCH));
        }
        let columns = Columns::read(&mapping, sheet.table.headings.len(), SheetUse::Issue, &[SheetField::Buyer])?;
        crate::program::blocking(move || {
            let (mut persons, mut lines) = (Vec::new(), Vec::with_capacity(sheet.table.rows.len()));
            for row in &sheet.table.rows {
                let faults = match person(row, &columns) {
                    Ok(person) => {
                        persons.push(person);
                        Vec::new()
                    }
                    Err(faults) => faults,
                };
                lines.push(CheckedLine::of(faults));
            }
            let shown_by = columns.clone();
            let show = Box::new(move |row: &ReadRow, field| shown(&shown_by, row, field));
            Ok((persons, Checked { sheet: Arc::clone(&sheet), columns, lines, show }))
        })
        .await
    }
}

fn one_buyer(form: &IssueForm, number: u32, faults: &mut FieldErrors) -> Option<(Person, u32)> {
    let buyer = faults.take("buyer", PersonName::new(&form.buyer));
    let email = faults.take("email", optional(&form.email, Email::new));
    match number {
        0 => faults.add("number", FieldErrorCode::TooSmall, Some(1)),
        many if many > MOST_OF_A_BATCH => faults.add("number", FieldErrorCode::TooLarge, Some(MOST_OF_A_BATCH)),
        _ => {}
    }
    Some((Person { buyer: buyer?, email: email?, recipient: None, message: None }, number))
}

/// The person of a line, or everything that is wrong with it.
fn person(row: &ReadRow, columns: &Columns) -> Result<Person, Vec<LineFault>> {
    person_of(row, columns, None, CheckedLine::broken(row).into_iter().collect())
}

/// The same where the line may name no buyer, and what was wrong with it so far.
pub(in crate::usecase) fn person_of(
    row: &ReadRow,
    columns: &Columns,
    nobody: Option<&PersonName>,
    mut faults: Vec<LineFault>,
) -> Result<Person, Vec<LineFault>> {
    let cell = |field| columns.cell(row, field);
    let buyer = match nobody {
        Some(name) if cell(SheetField::Buyer).is_empty() => Some(name.clone()),
        _ => take(&mut faults, SheetField::Buyer, PersonName::new(cell(SheetField::Buyer))),
    };
    let email = take(&mut faults, SheetField::Email, optional(cell(SheetField::Email), Email::new));
    let recipient = take(&mut faults, SheetField::Recipient, optional(cell(SheetField::Recipient), PersonName::new));
    let message = take(&mut faults, SheetField::Message, optional(cell(SheetField::Message), Message::new));
    match (buyer, email, recipient, message) {
        (Some(buyer), Some(email), Some(recipient), Some(message)) if faults.is_empty() => Ok(Person { buyer, email, recipient, message }),
        _ => Err(faults),
    }
}

/// The value, or a note of what is wrong with the field.
pub(in crate::usecase) fn take<T>(faults: &mut Vec<LineFault>, field: SheetField, value: Result<T, impl Into<FieldFault>>) -> Option<T> {
    value
        .map_err(|fault| {
            let FieldFault(code, limit) = fault.into();
            faults.push(LineFault { field: Some(field), code, limit });
        })
        .ok()
}

impl Plan {
    /// What the mails would be; none where none can be sent, or nobody has an address. As at a till they go unless somebody chooses otherwise
    /// where all is one mail; several cannot be called back, so somebody has to want them.
    fn mail(&self) -> Option<BatchMail> {
        let addresses = self.persons.iter().filter_map(|person| person.email.as_ref().map(Email::as_str));
        let vouchers = addresses.clone().count();
        let addresses = addresses.collect::<BTreeSet<_>>().len();
        let by_itself = self.mails_at_sale? && addresses == 1 && vouchers <= MOST_VOUCHERS_OF_A_MAIL;
        (addresses > 0).then_some(BatchMail { addresses: addresses as u64, by_itself })
    }

    /// What was chosen about them, where there was anything to choose.
    pub(super) fn chosen_mail(&self, chosen: Option<bool>) -> Option<bool> {
        self.mail().and(chosen)
    }

    pub(super) fn check(&self, batch_id: String, price: Money, same_name: Option<BatchRow>) -> AppResult<IssueCheck> {
        let good = self.persons.len() as u64;
        let (lines, refused, faults) = match &self.checked {
            Some(checked) => (checked.lines.len() as u64, checked.count(LineState::Refused), checked.faults()),
            None => (good, 0, Vec::new()),
        };
        let minor = i64::try_from(good).ok().and_then(|number| price.minor.checked_mul(number));
        let total = minor.ok_or_else(|| AppError::in_field("number", FieldErrorCode::TooLarge, None))?;
        let total = Money::new(total, price.currency).into();
        Ok(IssueCheck { batch_id, lines, good, refused, faults, price: price.into(), total, mail: self.mail(), same_name })
    }
}
