//! A line of another system's table.

use beadsbox_documents::{ReadRow, title_key};
use beadsbox_domain::{
    Currency, Date, ExternalCode, Money, MoneyError, Person, Status, Template, Timestamp, Vat, VoucherId,
    text::{Name, PersonName, TextError, Title},
};
use beadsbox_protocol::import::voucher_id;
use jiff::tz::TimeZone;

use super::{
    cells::{When, amount, end_of, status},
    templates::Templates,
};
use crate::{
    error::{FieldErrorCode, FieldFault},
    usecase::{
        issue::{person_of, take},
        sheet::{CheckedLine, Columns, shown},
    },
    view::{DayOrder, LineFault, LineValue, SheetField},
};

/// The most that a voucher of another system can be worth, in minor units: beyond it, units were taken for minor ones or digits slipped.
const MOST_MINOR: i64 = 100_000_000_000;

/// How the lines are to be read.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) source: Name,
    pub(super) columns: Columns,
    pub(super) minor_units: bool,
    /// Of lines that name none.
    pub(super) currency: Option<Currency>,
    pub(super) days: DayOrder,
    /// The buyer of lines that name none.
    pub(super) nobody: Option<PersonName>,
    /// The template of lines that name none.
    pub(super) template: Option<Template>,
    pub(super) vat: Vat,
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
}

/// A voucher as another system had it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its line in the file.
    pub(super) place: u64,
    pub(super) voucher: VoucherId,
    pub(super) code: ExternalCode,
    pub(super) title: Title,
    pub(super) price: Money,
    pub(super) status: Status,
    pub(super) person: Person,
    pub(super) sold_at: Option<Timestamp>,
    /// Its last day, and the first moment after it.
    pub(super) end: Option<(Date, Timestamp)>,
    pub(super) since: Option<Timestamp>,
}

impl Rules {
    /// The voucher of a row, or everything that is wrong with the row.
    pub(super) fn line(&self, row: &ReadRow, templates: &Templates) -> Result<Line, Vec<LineFault>> {
        // Where cells are missing, nobody knows which one is which: what else could be said of them would lead astray.
        if let Some(broken) = CheckedLine::broken(row) {
            return Err(vec![broken]);
        }
        let mut faults = Vec::new();
        let cell = |field| self.columns.cell(row, field);
        let code = take(&mut faults, SheetField::Code, ExternalCode::new(cell(SheetField::Code)));
        let title = take(&mut faults, SheetField::Title, self.title(cell(SheetField::Title)));
        let price = take(&mut faults, SheetField::Price, self.price(row, title.as_ref(), templates));
        let status = take(&mut faults, SheetField::Status, status_of(cell(SheetField::Status)));
        let sold_at = take(&mut faults, SheetField::SoldOn, self.past(cell(SheetField::SoldOn)));
        let since = take(&mut faults, SheetField::Since, self.past(cell(SheetField::Since)));
        let end = take(&mut faults, SheetField::ExpiresOn, self.end(cell(SheetField::ExpiresOn)));
        let person = person_of(row, &self.columns, self.nobody.as_ref(), faults)?;
        match (code, title, price, status, sold_at, since, end) {
            (Some(code), Some(title), Some(price), Some(status), Some(sold_at), Some(since), Some(end)) => {
                Ok(Line { place: row.line, voucher: voucher_id(&self.source, &code), code, title, price, status, person, sold_at, end, since })
            }
            // Whatever is missing is noted, and a person with notes is none.
            _ => Err(Vec::new()),
        }
    }

    fn title(&self, text: &str) -> Result<Title, TextError> {
        match &self.template {
            Some(template) if text.is_empty() => Ok(template.content.title.clone()),
            _ => Title::new(text),
        }
    }

    fn currency(&self, row: &ReadRow) -> Result<Currency, MoneyError> {
        let text = self.columns.cell(row, SheetField::Currency);
        match self.currency {
            Some(currency) if text.is_empty() => Ok(currency),
            _ => Currency::from_code(&text.to_uppercase()),
        }
    }

    /// What stands there, or else what the template of that title costs.
    fn price(&self, row: &ReadRow, title: Option<&Title>, templates: &Templates) -> Result<Money, FieldFault> {
        let text = self.columns.cell(row, SheetField::Price);
        if text.is_empty() {
            let known = title.and_then(|title| templates.price_of(&title_key(title.as_str())));
            return known.ok_or(FieldFault(FieldErrorCode::Required, None));
        }
        let price = amount(text, self.currency(row)?, self.minor_units)?;
        match price.minor {
            ..=0 => Err(FieldFault(FieldErrorCode::TooSmall, None)),
            MOST_MINOR.. => Err(FieldFault(FieldErrorCode::TooLarge, None)),
            _ => Ok(price),
        }
    }

    fn when(&self, text: &str) -> Result<Option<When>, FieldFault> {
        if text.is_empty() {
            return Ok(None);
        }
        When::read(text, self.days, &self.zone).map(Some).ok_or(FieldFault(FieldErrorCode::NotADate, None))
    }

    /// When something was done: it cannot lie ahead.
    fn past(&self, text: &str) -> Result<Option<Timestamp>, FieldFault> {
        let moment = self.when(text)?.and_then(|when| when.moment(&self.zone));
        match moment {
            Some(moment) if moment > self.now => Err(FieldFault(FieldErrorCode::InTheFuture, None)),
            moment => Ok(moment),
        }
    }

    fn end(&self, text: &str) -> Result<Option<(Date, Timestamp)>, FieldFault> {
        let Some(when) = self.when(text)? else { return Ok(None) };
        let day = when.day(&self.zone);
        let moment = end_of(day, &self.zone).ok_or(FieldFault(FieldErrorCode::NotADate, None))?;
        Ok(Some((day, moment)))
    }

    /// A field as it was understood, or as it stands there.
    pub(super) fn show(&self, row: &ReadRow, field: SheetField) -> LineValue {
        let as_it_stands = shown(&self.columns, row, field);
        let text = self.columns.cell(row, field);
        match field {
            SheetField::Price => {
                let money = self.currency(row).and_then(|currency| amount(text, currency, self.minor_units)).ok();
                LineValue { money: money.map(Into::into), ..as_it_stands }
            }
            SheetField::Status => LineValue { status: status_of(text).ok(), ..as_it_stands },
            SheetField::SoldOn | SheetField::ExpiresOn | SheetField::Since => match self.when(text) {
                Ok(Some(when)) => LineValue { text: when.day(&self.zone).to_string(), ..as_it_stands },
                _ => as_it_stands,
            },
            _ => as_it_stands,
        }
    }
}

/// A voucher of which nothing is said was sold, and nothing else.
fn status_of(text: &str) -> Result<Status, FieldFault> {
    if text.is_empty() {
        Ok(Status::Purchased)
    } else {
        status(text).ok_or(FieldFault(FieldErrorCode::UnknownStatus, None))
    }
}
