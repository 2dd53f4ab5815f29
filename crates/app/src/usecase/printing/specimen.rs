//! How the voucher of a template will look, before any is sold.

use beadsbox_documents::{Language, VoucherPaper, terms};
use beadsbox_domain::{Deed, expiry};

use super::papers::shop;
use crate::{
    error::{AppError, AppResult},
    usecase::{Seat, templates},
    view::{PaperLanguage, TemplateForm},
};

/// Of the form of a code, and no voucher's.
const CODE: &str = "XXXX-XXXX-XXXXX";
/// What the picture's QR code says: no till takes it for a voucher.
const QR: &str = "SPECIMEN";

impl Seat {
    /// The voucher that would be sold today from what is typed, as an SVG picture that says that it is none. A form with faults is refused
    /// as it would be when it is saved.
    pub async fn template_specimen(&self, form: &TemplateForm, language: PaperLanguage) -> AppResult<String> {
        self.require(Deed::UseOffice)?;
        let (content, language) = (templates::content(form)?, Language::from(language));
        let (home, now) = (self.device.place().shop, self.device.host.clock.now());
        let paper = self
            .read(move |view| {
                let directory = view.directory();
                let last = content.validity_months.and_then(|months| expiry::last_day(now, months, &directory.time_zone(home)));
                Ok(VoucherPaper {
                    language,
                    title: content.title.as_str().to_owned(),
                    description: content.description.as_str().to_owned(),
                    price: Some(content.price),
                    recipient: None,
                    giver: None,
                    message: None,
                    code: CODE.to_owned(),
                    qr: QR.to_owned(),
                    expires_on: last.map(|(day, _)| day),
                    terms: terms(language).to_owned(),
                    shop: shop(directory, home),
                    training: false,
                })
            })
            .await?;
        // Typesetting takes a while, and nothing else is to wait for it.
        tokio::task::spawn_blocking(move || Ok(paper.specimen()?)).await.map_err(AppError::internal)?
    }
}
