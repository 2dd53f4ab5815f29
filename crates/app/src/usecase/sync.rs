//! How the sync stands.

use beadsbox_domain::{Deed, Operation, Outcome, operation::Subject};
use beadsbox_protocol::{admin::DeviceStatus, rows::DeviceState};
use beadsbox_store::{OwnOperation, View};

use super::{Seat, id, names};
use crate::{
    clock_evidence::TOLERANCE,
    device::trouble_for_screen,
    error::{AppError, AppResult, ErrorCode},
    view::{CacheCheck, DeviceRow, DeviceStateView, LimitsForm, RefusedOperation, ShopView, StatusBar, SyncOverview, SyncProgress, What},
};

impl Seat {
    /// The line at the bottom.
    pub async fn status_bar(&self) -> AppResult<StatusBar> {
        let status = self.device.syncer.status().borrow().clone();
        let clock = &self.device.host.clock;
        let skew = self.device.clock().map(|evidence| evidence.skew_now(clock.now(), clock.running()));
        let seconds_left = self.device.pace.seconds_left(status.progress, clock.running());
        let seat = self.clone();
        self.device
            .files(move |store| {
                let (counts, position) = (store.counts()?, store.position()?);
                let view = store.view()?;
                Ok(StatusBar {
                    training: seat.device.is_training(),
                    shop: seat.device.shop_in(&view),
                    device: seat.device.place().name,
                    moves_to: seat.moves_to(&view)?,
                    person: seat.session.name.clone(),
                    role: seat.session.role,
                    online: status.online,
                    syncing: status.progress.is_some() || (status.online && (counts.waiting > 0 || !status.up_to_date)),
                    progress: status.progress.map(|progress| SyncProgress { seconds_left, ..progress.into() }),
                    last_sync_at: position.last_sync_at.map(|at| at.to_string()),
                    waiting: counts.waiting,
                    quarantined: counts.quarantined,
                    refused: counts.refused_unseen,
                    open_conflicts: view.open_conflicts()?,
                    clock_skew_seconds: skew.filter(|skew| skew.abs() > TOLERANCE).map(|skew| skew.as_secs()),
                    trouble: trouble_for_screen(&status),
                })
            })
            .await
    }

    /// The shop to which an admin moved this device, while it has to close its day where it is.
    fn moves_to(&self, view: &View<'_>) -> AppResult<Option<String>> {
        let here = self.device.place().shop;
        Ok(view.said_place()?.filter(|said| said.shop != here).and_then(|said| said.shop_name))
    }

    /// Sends and takes everything.
    pub async fn sync_now(&self) -> AppResult<StatusBar> {
        self.device.syncer.sync_now().await.map_err(|trouble| AppError::from(&trouble))?;
        self.status_bar().await
    }

    /// Everything about the sync: this device, and for an admin all of them.
    pub async fn sync_overview(&self) -> AppResult<SyncOverview> {
        self.require(Deed::UseOffice)?;
        let status = self.status_bar().await?;
        let contacts = self.device_contacts().await;
        let (head, comparing) = {
            let status = self.device.syncer.status();
            let status = status.borrow();
            (status.head, status.comparing)
        };
        let seat = self.clone();
        let may_administer = self.session.role.may(Deed::Administer);
        self.device
            .files(move |store| {
                let (counts, position, proof) = (store.counts()?, store.position()?, store.proof()?);
                let view = store.view()?;
                let refused = refused_operations(&view)?;
                Ok(SyncOverview {
                    status,
                    server: seat.device.server.address().to_string(),
                    epoch: position.epoch.map(|epoch| epoch.to_string()),
                    cursor: position.cursor.seq,
                    head: head.or(position.head),
                    proved_at: proof.at.map(|at| at.to_string()),
                    repaired: proof.repaired,
                    comparing,
                    operations: counts.total,
                    confirmed: counts.acknowledged,
                    refused,
                    devices: seat.device_rows(&view, &contacts),
                    may_administer,
                    shops: shop_views(&view),
                })
            })
            .await
    }

    /// Compares the cache with the server now, and repairs what differs.
    pub async fn check_cache(&self) -> AppResult<CacheCheck> {
        self.require(Deed::UseOffice)?;
        self.device.syncer.sync_now().await.map_err(|trouble| AppError::from(&trouble))?;
        let proof = self.device.syncer.prove().await.map_err(|trouble| AppError::from(&trouble))?;
        tracing::info!(?proof, "the cache was compared because somebody asked");
        Ok(CacheCheck { comparison: proof.into(), overview: self.sync_overview().await? })
    }

    /// What the server refused of this device's operations and nobody has acknowledged yet.
    pub async fn refused_operations(&self) -> AppResult<Vec<RefusedOperation>> {
        self.read(refused_operations).await
    }

    /// A person has seen that the server refused it: whoever works here may say so. Answers what is left.
    pub async fn acknowledge_refusal(&self, op: &str) -> AppResult<Vec<RefusedOperation>> {
        let (op, now) = (id(op, ErrorCode::Internal)?, self.device.host.clock.now());
        self.device.files(move |store| Ok(store.acknowledge_refusal(op, now)?)).await?;
        self.device.announce();
        self.refused_operations().await
    }

    /// Every shop that is open.
    pub async fn shops(&self) -> AppResult<Vec<ShopView>> {
        self.require(Deed::UseOffice)?;
        self.read(|view| Ok(shop_views(view))).await
    }

    /// The server's token of this session. Who signed in without the server has none.
    pub(in crate::usecase) fn server_session(&self) -> AppResult<&str> {
        self.session
            .token
            .as_deref()
            .ok_or_else(|| AppError::new(ErrorCode::SignInExpired, "signed in without the server: sign in again to administer"))
    }

    /// What the server knows of each device; nothing where it cannot be asked.
    async fn device_contacts(&self) -> Vec<DeviceStatus> {
        let Some(token) = self.session.token.as_deref().filter(|_| self.session.role.may(Deed::Administer) && self.device.is_online()) else {
            return Vec::new();
        };
        match tokio::time::timeout(std::time::Duration::from_secs(2), self.device.server.devices(token)).await {
            Ok(Ok(devices)) => devices,
            Ok(Err(error)) => {
                tracing::info!(%error, "the server does not list its devices");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }

    fn device_rows(&self, view: &View<'_>, contacts: &[DeviceStatus]) -> Vec<DeviceRow> {
        let directory = view.directory();
        let row = |device: &beadsbox_protocol::rows::Device| {
            let contact = contacts.iter().find(|contact| contact.device.id == device.id);
            DeviceRow {
                id: device.id.to_string(),
                name: device.name.clone(),
                shop_id: device.shop.to_string(),
                shop: directory.shop_name(device.shop).to_owned(),
                state: match device.state {
                    DeviceState::Active => DeviceStateView::Active,
                    DeviceState::Quarantined => DeviceStateView::Quarantined,
                    DeviceState::Revoked => DeviceStateView::Revoked,
                },
                last_contact_at: contact.and_then(|contact| contact.last_contact_at).map(|at| at.to_string()),
                last_seq: contact.map(|contact| contact.last_seq),
                waiting: contact.and_then(|contact| contact.waiting),
                clock_skew_seconds: contact.and_then(|contact| contact.clock_skew_seconds),
                wrong_pins: contact.map(|contact| contact.wrong_pins),
                profile: contact.and_then(|contact| contact.profile).map(|profile| profile.name().to_owned()),
                version: contact.and_then(|contact| contact.program_version.clone()),
                limits: device.offline.as_ref().map(LimitsForm::from),
                row_version: device.row_version,
                this_device: device.id == self.device.enrolment.device,
            }
        };
        directory.devices().iter().map(|device| row(device)).collect()
    }
}

/// Those in which something new may begin.
fn shop_views(view: &View<'_>) -> Vec<ShopView> {
    view.directory()
        .shops()
        .iter()
        .filter(|shop| !shop.closed)
        .map(|shop| ShopView { id: shop.id.to_string(), name: shop.name.clone() })
        .collect()
}

fn refused_operations(view: &View<'_>) -> AppResult<Vec<RefusedOperation>> {
    view.refused()?.iter().filter_map(|own| refused(view, own).transpose()).collect()
}

fn refused(view: &View<'_>, own: &OwnOperation) -> AppResult<Option<RefusedOperation>> {
    let said = own.contradicted_by.as_ref().or(own.outcome.as_ref());
    let refusal = match said {
        Some(Outcome::Rejected { refusal }) => Some(names::refusal(view.directory(), refusal)),
        Some(Outcome::Applied | Outcome::Conflict { .. }) if own.contradicted_by.is_some() => None,
        _ => return Ok(None),
    };
    let (subject, voucher_id) = match own.body.operation.subject() {
        Subject::Voucher(voucher) => match (view.voucher(voucher)?, &own.body.operation) {
            (Some(found), _) => (Some(found.voucher.code.to_string()), Some(voucher.to_string())),
            // A sale that was refused left no voucher, but a paper with this code.
            (None, Operation::Sell { code, .. }) => (Some(code.to_string()), None),
            (None, _) => (None, None),
        },
        Subject::Till => (None, None),
        Subject::Template(template) => (view.template(template)?.map(|found| found.template.content.title.into()), None),
    };
    Ok(Some(RefusedOperation {
        op_id: own.body.op.to_string(),
        what: What::of(&own.body.operation).0,
        subject: subject.unwrap_or_default(),
        voucher_id,
        at: own.body.at.to_string(),
        staff: view.directory().staff_name(own.body.staff).to_owned(),
        refusal,
        contradicted: own.contradicted_by.is_some(),
    }))
}
