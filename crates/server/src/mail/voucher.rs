//! Mails vouchers to their buyer, each attached as a PDF with its signed code: at the sale, when somebody asks, and before their last day.

use std::collections::BTreeSet;

use beadsbox_documents::{Language, Shop, VoucherPaper, written_day};
use beadsbox_domain::{Person, ShopId, Timestamp, Voucher};
use beadsbox_protocol::{
    Profile,
    job::{JobKind, JobTrouble},
    mail::{MailKind, MailLanguage, MailWords},
    rows::VoucherRow,
    signed_code::SignedVoucher,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Written,
    message::Letter,
    text::{ReminderValues, Values, default_words, fill, voucher_values},
};
use crate::{
    db::{
        self,
        device::SERVER,
        job::{Ended, Leased, Payload, Setback},
    },
    error::Failure,
    jobs::Attempt,
    state::App,
};

/// The language of paper and words.
pub(crate) const fn paper_language(language: MailLanguage) -> Language {
    match language {
        MailLanguage::En => Language::En,
        MailLanguage::Fr => Language::Fr,
    }
}

/// The subject and words of that kind, as they stand now.
pub(super) async fn words_of(conn: &mut PgConnection, kind: MailKind, language: MailLanguage) -> Result<MailWords, Failure> {
    Ok(db::mail::words(conn, kind, language).await?.unwrap_or_else(|| default_words(kind, language)))
}

/// A text that cannot be filled in is for an admin to mend.
pub(super) const fn cannot_be_filled_in() -> Written {
    Written::Ended(Attempt::Never(Setback { trouble: JobTrouble::TextFaulty, detail: None }))
}

/// Nothing has to be sent.
pub(super) const fn ended(ended: Ended) -> Written {
    Written::Ended(Attempt::Done(ended))
}

/// Writes the mail with what is still owed of the job's vouchers, as it stands now.
pub(crate) async fn write(app: &App, job: &Leased) -> Result<Written, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let settings = db::mail::settings(&mut tx).await?.0;
    let payload = job.payload()?;
    let reminds = job.kind == JobKind::ReminderMail;
    if (payload.by_itself && !settings.at_sale) || (reminds && settings.reminder_days.is_none()) {
        // An admin switched it off before it went.
        return Ok(ended(Ended::Discarded));
    }
    let vouchers = match owed(&mut tx, &payload, app.clock.now()).await? {
        Ok(vouchers) => vouchers,
        Err(why) => return Ok(ended(why)),
    };
    let language = language_of(&mut tx, &vouchers).await?.unwrap_or(settings.language);
    let kind = if reminds { MailKind::Reminder } else { MailKind::Voucher };
    let words = words_of(&mut tx, kind, language).await?;
    let shops = Shops::load(&mut tx, &vouchers).await?;
    drop(tx);

    let paper = paper_language(language);
    let Some((first, person)) = vouchers.first() else { return Ok(ended(Ended::NotOwed)) };
    let Some(to) = person.email.clone() else { return Ok(ended(Ended::NoAddress)) };
    let to_name = Some(person.buyer.as_str().to_owned());
    let Some(values) = voucher_values(&vouchers, shops.name(first.sold.shop), paper) else {
        return Ok(ended(Ended::NotOwed));
    };
    let values = match payload.last_day {
        Some(day) if reminds => Values::Reminder(ReminderValues { vouchers: values, last_day: written_day(day, paper) }),
        _ => Values::Voucher(values),
    };
    let Ok(filled) = fill(kind, language, &words, &values) else {
        return Ok(cannot_be_filled_in());
    };
    let going = vouchers.iter().map(|(voucher, _)| voucher.id).collect();
    let papers = papers(app, job, vouchers, shops, paper).await?;
    let id = format!("{}.{}", named(job.kind), job.cause);
    Ok(Written::Letter(Box::new(Letter { to_name, to, filled, papers, id, date: job.created_at }), going))
}

/// Whoever ordered on the shop page is written to in the language in which they saw it; also about what replaced it.
async fn language_of(conn: &mut PgConnection, vouchers: &[(Voucher, Person)]) -> Result<Option<MailLanguage>, Failure> {
    let ids: Vec<Uuid> = vouchers.iter().flat_map(|(voucher, _)| [Some(voucher.id), voucher.marks.replaces]).flatten().map(|id| id.0).collect();
    db::shop_order::language_of(conn, &ids).await
}

/// What the Message-ID begins with.
const fn named(kind: JobKind) -> &'static str {
    match kind {
        JobKind::VoucherMail => "voucher",
        JobKind::ReminderMail => "reminder",
        _ => "again",
    }
}

/// The vouchers that can still be redeemed, on that day for the last time where one is named, and whose buyer is known, or why nothing is to be sent.
async fn owed(conn: &mut PgConnection, payload: &Payload, now: Timestamp) -> Result<Result<Vec<(Voucher, Person)>, Ended>, Failure> {
    let ids: Vec<Uuid> = payload.vouchers.iter().map(|id| id.0).collect();
    let mut rows = db::voucher::rows(conn, &ids, Profile::Office).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.voucher.id.0));
    // A paper with a fresh signature would open other tills' drawers.
    rows.retain(|row| row.voucher.is_owed(now) && (payload.last_day.is_none() || row.voucher.expires_on == payload.last_day));
    if rows.is_empty() {
        return Ok(Err(Ended::NotOwed));
    }
    let vouchers: Vec<(Voucher, Person)> = rows.into_iter().filter_map(|VoucherRow { voucher, person }| Some((voucher, person?))).collect();
    Ok(match vouchers.first() {
        None => Err(Ended::BuyerErased),
        Some((_, Person { email: None, .. })) => Err(Ended::NoAddress),
        Some(_) => Ok(vouchers),
    })
}

/// The shops that stand on the papers: what they are called, and what else stands above a receipt of theirs.
struct Shops(Vec<(ShopId, Shop)>);

impl Shops {
    async fn load(conn: &mut PgConnection, vouchers: &[(Voucher, Person)]) -> Result<Self, Failure> {
        let named: BTreeSet<ShopId> = vouchers.iter().flat_map(|(voucher, _)| [Some(voucher.sold.shop), voucher.home_shop]).flatten().collect();
        let mut shops = Vec::with_capacity(named.len());
        for id in named {
            let shop = db::shop::find(conn, id).await?;
            shops.push((id, shop.map(|shop| Shop::new(shop.name, shop.address.as_ref())).unwrap_or_default()));
        }
        Ok(Self(shops))
    }

    fn shop(&self, shop: ShopId) -> Shop {
        self.0.iter().find(|(id, _)| *id == shop).map(|(_, shop)| shop.clone()).unwrap_or_default()
    }

    fn name(&self, shop: ShopId) -> &str {
        self.0.iter().find(|(id, _)| *id == shop).map_or("", |(_, shop)| &shop.name)
    }
}

/// Each voucher as a PDF. Typesetting keeps a thread busy, so not one that serves.
async fn papers(app: &App, job: &Leased, vouchers: Vec<(Voucher, Person)>, shops: Shops, language: Language) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (key, made) = (app.identity.signing_key.clone(), job.created_at);
    let typeset = move || {
        let one = |(voucher, person): &(Voucher, Person)| {
            let paper = VoucherPaper {
                price: Some(voucher.snapshot.price),
                ..VoucherPaper::of(
                    voucher,
                    Some(person),
                    SignedVoucher::of(voucher).sign(SERVER, &key),
                    voucher.home_shop.map(|home| shops.name(home)),
                    shops.shop(voucher.sold.shop),
                    language,
                )
            };
            Ok((format!("voucher-{}.pdf", paper.code), paper.pdf(made)?))
        };
        vouchers.iter().map(one).collect::<Result<Vec<_>, beadsbox_documents::DocumentError>>()
    };
    let made = tokio::task::spawn_blocking(typeset).await.map_err(|error| Failure::Defect(format!("typesetting a voucher: {error}")))?;
    made.map_err(|error| Failure::Defect(format!("typesetting a voucher: {error}")))
}
