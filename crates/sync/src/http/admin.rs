//! What an admin asks of the server, with the token of their session.

use beadsbox_domain::{ConflictId, Date, DeviceId, StaffId};
use beadsbox_protocol::{
    Incarnation,
    admin::{DevicePatch, DeviceStatus, EnrolmentCode, LimitsChange, NewBadge, NewEnrolmentCode, PolicyChange},
    conflict::AssigneeChange,
    end_of_day::{EndOfDay, EndOfDayQuery},
    export::{ImportRequest, ImportResponse},
    fork::{QuarantineDecision, QuarantineEntry},
    rows::{Assignment, Settings},
};
use reqwest::Method;

use super::HttpServer;
use crate::transport::TransportError;

impl HttpServer {
    /// Every device, for an admin.
    pub async fn devices(&self, session: &str) -> Result<Vec<DeviceStatus>, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/devices")?.bearer_auth(session)).await
    }

    /// One day in every shop.
    pub async fn end_of_day(&self, session: &str, day: Date) -> Result<EndOfDay, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/end-of-day")?.bearer_auth(session).query(&EndOfDayQuery { day })).await
    }

    /// A one-time code for a new device.
    pub async fn enrolment_code(&self, session: &str, request: &NewEnrolmentCode) -> Result<EnrolmentCode, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/enrolment-codes")?.bearer_auth(session).json(request)).await
    }

    /// Changes what a device is called and where it stands.
    pub async fn change_device(&self, session: &str, device: DeviceId, patch: &DevicePatch) -> Result<DeviceStatus, TransportError> {
        self.fetch(self.request(Method::PATCH, &format!("v1/admin/devices/{device}"))?.bearer_auth(session).json(patch)).await
    }

    /// Takes a conflict, hands it over or lets it go.
    pub async fn assign_conflict(&self, session: &str, conflict: ConflictId, change: &AssigneeChange) -> Result<Assignment, TransportError> {
        self.fetch(self.request(Method::PUT, &format!("v1/conflicts/{conflict}/assignee"))?.bearer_auth(session).json(change))
            .await
    }

    /// Revokes a device.
    pub async fn revoke_device(&self, session: &str, device: DeviceId) -> Result<(), TransportError> {
        self.complete(self.request(Method::POST, &format!("v1/admin/devices/{device}/revoke"))?.bearer_auth(session))
            .await
            .map(drop)
    }

    /// What waits for an admin.
    pub async fn quarantine(&self, session: &str) -> Result<Vec<QuarantineEntry>, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/quarantine")?.bearer_auth(session)).await
    }

    /// Takes what waits of one life of a device, or rejects it.
    pub async fn decide_quarantine(
        &self,
        session: &str,
        device: DeviceId,
        incarnation: Incarnation,
        decision: &QuarantineDecision,
    ) -> Result<(), TransportError> {
        let path = format!("v1/admin/quarantine/{device}/{incarnation}");
        self.complete(self.request(Method::POST, &path)?.bearer_auth(session).json(decision)).await.map(drop)
    }

    /// Hands over a part of a file that a till saved.
    pub async fn import_outbox(&self, session: &str, request: &ImportRequest) -> Result<ImportResponse, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/outbox-imports")?.bearer_auth(session).json(request)).await
    }

    /// Sets what the organisation sets; answers what holds now.
    pub async fn change_policy(&self, session: &str, change: &PolicyChange) -> Result<Settings, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/policy")?.bearer_auth(session).json(change)).await
    }

    /// Sets what a device may honour without the server.
    pub async fn set_limits(&self, session: &str, device: DeviceId, change: &LimitsChange) -> Result<(), TransportError> {
        let path = format!("v1/admin/devices/{device}/limits");
        self.complete(self.request(Method::PUT, &path)?.bearer_auth(session).json(change)).await.map(drop)
    }

    /// Gives a staff member a new badge.
    pub async fn create_badge(&self, session: &str, staff: StaffId) -> Result<NewBadge, TransportError> {
        self.fetch(self.request(Method::POST, &format!("v1/admin/staff/{staff}/badge"))?.bearer_auth(session)).await
    }

    /// Takes a staff member's badge away.
    pub async fn delete_badge(&self, session: &str, staff: StaffId) -> Result<(), TransportError> {
        self.complete(self.request(Method::DELETE, &format!("v1/admin/staff/{staff}/badge"))?.bearer_auth(session))
            .await
            .map(drop)
    }
}
