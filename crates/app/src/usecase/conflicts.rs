//! The conflicts' inbox.

use beadsbox_domain::{Bearer, BooksEffect, Conflict, ConflictId, ConflictState, Deed, Money, Operation, Settlement, StaffId};
use beadsbox_protocol::{ErrorCode as ServerCode, conflict::AssigneeChange, rows::Assignment};
use beadsbox_store::{ConflictView, Directory, View};
use beadsbox_sync::TransportError;

use super::{Seat, id, names, reason};
use crate::{
    error::{AppError, AppResult, ErrorCode},
    view::{
        AssigneeForm, AssigneeView, BearerKind, BooksView, ColleagueView, ConflictFilter, ConflictInbox, ConflictRow, SettleForm, SettledView, SettlementOffer,
        Whose,
    },
};

const MOST: usize = 1000;

impl Seat {
    /// The inbox: open ones first, the newest first.
    pub async fn conflicts(&self, filter: ConflictFilter) -> AppResult<ConflictInbox> {
        self.require(Deed::UseOffice)?;
        let seat = self.clone();
        self.read(move |view| seat.inbox(view, filter)).await
    }

    /// Settles a conflict, as the person saw it.
    pub async fn settle_conflict(&self, form: SettleForm) -> AppResult<ConflictRow> {
        self.require(Deed::SettleConflicts)?;
        let conflict: ConflictId = id(&form.conflict_id, ErrorCode::UnknownConflict)?;
        let reason = reason(&form.reason)?;
        let voucher = self.read(move |view| Ok(found(view, conflict)?.conflict.voucher)).await?;
        self.record(Operation::SettleConflict { conflict, voucher, seen_version: form.version, settlement: form.settlement, reason }, None)
            .await?;
        self.conflict_as_shown(conflict).await
    }

    /// Takes a conflict, hands it to somebody, or lets it go. Only the server can say that nobody else did at the same moment.
    pub async fn assign_conflict(&self, form: AssigneeForm) -> AppResult<ConflictRow> {
        self.require(Deed::WorkOnConflicts)?;
        let conflict: ConflictId = id(&form.conflict_id, ErrorCode::UnknownConflict)?;
        let staff: Option<StaffId> = form.staff_id.as_deref().map(|staff| id(staff, ErrorCode::Internal)).transpose()?;
        let change = AssigneeChange { version: form.version, staff };
        let answer = self.device.server.assign_conflict(self.server_session()?, conflict, &change).await;
        // Also what somebody else did meanwhile is to be on the screen.
        self.take_news().await;
        match answer {
            Ok(_) => self.conflict_as_shown(conflict).await,
            Err(error) => Err(self.not_assigned(error).await),
        }
    }

    async fn not_assigned(&self, error: TransportError) -> AppError {
        let holder = match &error {
            TransportError::Refused(problem) if problem.code == ServerCode::ConflictTaken => problem.holder,
            _ => None,
        };
        let Some(holder) = holder else { return error.into() };
        let name = self.read(move |view| Ok(view.directory().staff_name(holder).to_owned())).await.unwrap_or_default();
        AppError::from(error).with("name", name)
    }

    async fn conflict_as_shown(&self, conflict: ConflictId) -> AppResult<ConflictRow> {
        let seat = self.clone();
        self.read(move |view| Ok(seat.row(view.directory(), &found(view, conflict)?))).await
    }

    fn inbox(&self, view: &View<'_>, filter: ConflictFilter) -> AppResult<ConflictInbox> {
        let directory = view.directory();
        let (mut open, mut mine, mut nobodys) = (0, 0, 0);
        let count = |conflict: &Conflict, assignment: Option<&Assignment>| {
            let whose = self.whose(directory, assignment);
            if conflict.state == ConflictState::Open {
                open += 1;
                mine += u64::from(whose == Whose::Mine);
                nobodys += u64::from(whose == Whose::Nobodys);
            }
            filter.whose.is_none_or(|wanted| wanted == whose)
        };
        let found = view.conflicts(filter.include_settled, MOST, count)?;
        let rows = found.iter().map(|found| self.row(directory, found)).collect();
        Ok(ConflictInbox { rows, open, mine, nobodys, colleagues: self.colleagues(directory) })
    }

    /// Who may work on conflicts.
    fn colleagues(&self, directory: &Directory) -> Vec<ColleagueView> {
        let may = directory.staff_members().into_iter().filter(|staff| staff.active && staff.role.may(Deed::WorkOnConflicts));
        may.map(|staff| ColleagueView { id: staff.id.to_string(), name: staff.name.clone(), is_me: staff.id == self.session.staff })
            .collect()
    }

    fn whose(&self, directory: &Directory, assignment: Option<&Assignment>) -> Whose {
        match assignment.and_then(|assignment| assignment.staff) {
            Some(staff) if staff == self.session.staff => Whose::Mine,
            // Whoever was barred works on nothing any more.
            Some(staff) if directory.staff(staff).is_some_and(|staff| staff.active) => Whose::Others,
            _ => Whose::Nobodys,
        }
    }

    fn row(&self, directory: &Directory, found: &ConflictView) -> ConflictRow {
        let conflict = &found.conflict;
        let brief = found.voucher.as_ref();
        let value = brief.map(|voucher| voucher.price);
        let books = |settlement| books(directory, BooksEffect::of(settlement, conflict, value));
        let open = conflict.state == ConflictState::Open;
        let offers = if open && self.session.role.may(Deed::SettleConflicts) { &Settlement::ALL[..] } else { &[] };
        ConflictRow {
            id: conflict.id.to_string(),
            version: conflict.row_version,
            kind: conflict.kind,
            state: conflict.state,
            voucher_id: conflict.voucher.to_string(),
            code: brief.map(|voucher| voucher.code.to_string()).unwrap_or_default(),
            title: brief.and_then(|voucher| voucher.title.clone()).unwrap_or_default(),
            value: value.map(Into::into),
            accepted: conflict.accepted.as_ref().map(|stamp| names::fact(directory, stamp)),
            other: names::fact(directory, &conflict.other),
            settlement: conflict.settled.as_ref().map(|settled| SettledView {
                settlement: settled.settlement,
                reason: settled.reason.as_str().to_owned(),
                by: names::fact(directory, &settled.by),
                books: books(settled.settlement),
            }),
            offers: offers.iter().map(|settlement| SettlementOffer { settlement: *settlement, books: books(*settlement) }).collect(),
            assignee: self.assignee(directory, found),
            waiting: found.waiting,
        }
    }

    fn assignee(&self, directory: &Directory, found: &ConflictView) -> AssigneeView {
        let held = found.assignment.filter(|assignment| assignment.staff.is_some());
        let name_of = |staff: StaffId| directory.staff_name(staff).to_owned();
        AssigneeView {
            name: held.and_then(|held| held.staff).map(name_of),
            staff_id: held.and_then(|held| held.staff).map(|staff| staff.to_string()),
            whose: self.whose(directory, held.as_ref()),
            by: held.filter(|held| held.staff != Some(held.by)).map(|held| name_of(held.by)),
            since: held.map(|held| held.at.to_string()),
            version: found.assignment.map_or(0, |assignment| assignment.version),
            may_change: found.known && found.conflict.state == ConflictState::Open && self.session.role.may(Deed::WorkOnConflicts),
        }
    }
}

fn found(view: &View<'_>, conflict: ConflictId) -> AppResult<ConflictView> {
    view.conflict(conflict)?.ok_or_else(|| AppError::new(ErrorCode::UnknownConflict, "no such conflict here"))
}

fn books(directory: &Directory, effect: BooksEffect) -> BooksView {
    let bearer = effect.bearer.map(|bearer| match bearer {
        Bearer::Organisation => BearerKind::Organisation,
        Bearer::Shop(_) => BearerKind::Shop,
        Bearer::Customer => BearerKind::Customer,
    });
    BooksView { bearer, value: effect.value.map(|value: Money| value.into()), shop: directory.shop_name(effect.released_in).to_owned() }
}
