//! The least validity of vouchers by country: set by an admin, and asked where a template is written and vouchers are sold or issued.

use beadsbox_domain::{Country, CountryValidity, Deed, LeastValidity, TemplateContent};
use beadsbox_protocol::admin::LeastValidityChange;
use beadsbox_store::View;

use super::Seat;
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    view::{CountryValidityRow, LeastValidityForm},
};

impl Seat {
    /// The rows as this device knows them.
    pub async fn least_validity(&self) -> AppResult<LeastValidityForm> {
        self.require(Deed::UseOffice)?;
        self.read(|view| Ok(LeastValidityForm::new(view.directory().least_validity(), view.directory().policy_version()))).await
    }

    /// Sets them whole; answers what holds now, as the server says it: its rows may be late.
    pub async fn set_least_validity(&self, form: LeastValidityForm) -> AppResult<LeastValidityForm> {
        self.require(Deed::Administer)?;
        let change = LeastValidityChange { row_version: form.row_version, least_validity: rows(&form.rows)? };
        let settings = self.device.server.change_least_validity(self.server_session()?, &change).await?;
        self.take_news().await;
        Ok(LeastValidityForm::new(&settings.least_validity, settings.row_version))
    }
}

fn rows(typed: &[CountryValidityRow]) -> AppResult<LeastValidity> {
    let (mut faults, mut rows) = (FieldErrors::default(), Vec::with_capacity(typed.len()));
    for (number, row) in typed.iter().enumerate() {
        let field = |name: &str| format!("rows.{number}.{name}");
        if !(1..=TemplateContent::MOST_MONTHS).contains(&row.months) {
            faults.add(&field("months"), FieldErrorCode::TooLarge, Some(TemplateContent::MOST_MONTHS.into()));
        }
        let Some(country) = faults.take(&field("country"), Country::new(&row.country)) else { continue };
        if rows.iter().any(|before: &CountryValidity| before.country == country) {
            faults.add(&field("country"), FieldErrorCode::Twice, None);
        }
        rows.push(CountryValidity { country, months: row.months });
    }
    faults.finish()?;
    Ok(LeastValidity(rows))
}

/// Refuses a template that the law of a shop in which it could be sold would not let be sold there.
pub(super) fn check_template(view: &View<'_>, validity_months: Option<u16>) -> AppResult<()> {
    let directory = view.directory();
    match directory.least_validity().broken(validity_months, directory.countries()) {
        None => Ok(()),
        Some(asked) => {
            let error = AppError::in_field("validity_months", FieldErrorCode::TooSmall, Some(asked.months.into()));
            Err(error.with("country", asked.country).with("least", asked.months))
        }
    }
}

/// Refuses to sell or issue here what the law of this shop's country does not let be sold.
pub(super) fn check_sale<'a>(view: &View<'_>, contents: impl IntoIterator<Item = &'a TemplateContent>) -> AppResult<()> {
    let (directory, shop) = (view.directory(), view.place().map_err(AppError::from)?.shop);
    let country = directory.shop(shop).and_then(|shop| shop.country);
    for content in contents {
        if let Some(asked) = directory.least_validity().broken(content.validity_months, country) {
            let months = content.validity_months.unwrap_or_default();
            let error = AppError::new(ErrorCode::ValidityTooShort, "valid for less than the law of this shop's country asks");
            return Err(error
                .with("name", content.title.as_str())
                .with("months", months)
                .with("least", asked.months)
                .with("country", asked.country));
        }
    }
    Ok(())
}
