//! The report of a closed day, from the close alone and the names that were kept with it.

use std::collections::BTreeMap;

use beadsbox_documents::{DayReport, Language, ReportPerson};
use beadsbox_domain::{DayClose, Deed, OpId, StaffId};
use beadsbox_store::{OwnOperation, View};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::list::close_in;
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, id, printing::Paper},
};

/// The words on a report that do not stand in the close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Words {
    language: Language,
    shop: String,
    till: String,
    time_zone: String,
    people: BTreeMap<StaffId, String>,
}

impl Words {
    /// As they are now, of everybody whom this device knows.
    pub(super) fn now(seat: &Seat, view: &View<'_>, language: Language) -> Self {
        let directory = view.directory();
        Self {
            language,
            shop: seat.device.shop_in(view),
            till: seat.device.place().name,
            time_zone: seat.zone(view).iana_name().unwrap_or("UTC").to_owned(),
            people: directory.staff_members().into_iter().map(|staff| (staff.id, staff.name.clone())).collect(),
        }
    }

    fn name(&self, staff: StaffId) -> String {
        self.people.get(&staff).cloned().unwrap_or_default()
    }
}

/// Where the words of that close are kept on this device.
pub(super) fn key(close: OpId) -> String {
    format!("day-words:{close}")
}

impl Seat {
    /// The report of a closed day as a PDF: the same bytes on every print.
    pub async fn day_report(&self, op: &str) -> AppResult<Paper> {
        self.require(Deed::RunTill)?;
        let (op, seat) = (id(op, ErrorCode::Internal)?, self.clone());
        let no = || AppError::internal("no such close");
        let own = self.read(move |view| Ok(view.own_operation(op)?)).await?.ok_or_else(no)?;
        let close = close_in(&own).ok_or_else(no)?;
        let kept = self.device.files(move |store| Ok(store.preference(&key(op))?)).await?;
        let kept: Option<Words> = kept.and_then(|text| serde_json::from_str(&text).ok());
        let words = match kept {
            Some(words) => words,
            // The files of this close were taken back from the server.
            None => self.read(move |view| Ok(Words::now(&seat, view, Language::En))).await?,
        };
        let pdf = report(&own, close, &words, self.device.is_training()).pdf(own.body.at)?;
        Ok(Paper { name: format!("day-close-{:05}.pdf", close.number), pdf })
    }
}

fn report(own: &OwnOperation, close: &DayClose, words: &Words, training: bool) -> DayReport {
    let zone = TimeZone::get(&words.time_zone).unwrap_or(TimeZone::UTC);
    DayReport {
        language: words.language,
        shop: words.shop.clone(),
        till: words.till.clone(),
        closed_at: own.body.at.to_zoned(zone).datetime(),
        closed_by: words.name(own.body.staff),
        people: close.people.iter().map(|person| ReportPerson { name: words.name(person.staff), sums: person.sums.clone() }).collect(),
        reference: own.body.op.to_string(),
        close: close.clone(),
        training,
    }
}
