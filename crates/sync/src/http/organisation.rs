//! Shops, people, rules and personal data, for an admin, with the token of their session.

use beadsbox_domain::{ShopId, StaffId};
use beadsbox_protocol::{
    admin::{
        AddedStaff, AdminAct, AdminActsQuery, LeastValidityChange, NewShop, NewStaff, OneTimePassword, SecondFactorRemoval, ShopChange, StaffPatch, StaffStatus,
    },
    personal_data::{Erased, PersonErasure, PersonExport, PersonRecords, PersonSearch},
    rows::{Settings, Shop, Staff},
};
use reqwest::Method;

use super::HttpServer;
use crate::transport::TransportError;

impl HttpServer {
    /// Adds a shop.
    pub async fn create_shop(&self, session: &str, new: &NewShop) -> Result<Shop, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/shops")?.bearer_auth(session).json(new)).await
    }

    /// Sets a shop whole.
    pub async fn change_shop(&self, session: &str, shop: ShopId, change: &ShopChange) -> Result<Shop, TransportError> {
        self.fetch(self.request(Method::PUT, &format!("v1/admin/shops/{shop}"))?.bearer_auth(session).json(change)).await
    }

    /// Everybody, as an admin sees them.
    pub async fn staff(&self, session: &str) -> Result<Vec<StaffStatus>, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/staff")?.bearer_auth(session)).await
    }

    /// Adds somebody.
    pub async fn create_staff(&self, session: &str, new: &NewStaff) -> Result<AddedStaff, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/staff")?.bearer_auth(session).json(new)).await
    }

    /// Changes somebody's name or role, bars them or lets them in again.
    pub async fn change_staff(&self, session: &str, staff: StaffId, patch: &StaffPatch) -> Result<Staff, TransportError> {
        self.fetch(self.request(Method::PATCH, &format!("v1/admin/staff/{staff}"))?.bearer_auth(session).json(patch)).await
    }

    /// Makes a one-time password for somebody.
    pub async fn reset_password(&self, session: &str, staff: StaffId) -> Result<OneTimePassword, TransportError> {
        self.fetch(self.request(Method::POST, &format!("v1/admin/staff/{staff}/password"))?.bearer_auth(session)).await
    }

    /// Takes somebody's second factor away.
    pub async fn remove_second_factor(&self, session: &str, staff: StaffId, removal: &SecondFactorRemoval) -> Result<(), TransportError> {
        let path = format!("v1/admin/staff/{staff}/second-factor/remove");
        self.complete(self.request(Method::POST, &path)?.bearer_auth(session).json(removal)).await.map(drop)
    }

    /// Sets the least validity of vouchers by country; answers what holds now.
    pub async fn change_least_validity(&self, session: &str, change: &LeastValidityChange) -> Result<Settings, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/least-validity")?.bearer_auth(session).json(change)).await
    }

    /// What is held on somebody.
    pub async fn find_personal_data(&self, session: &str, search: &PersonSearch) -> Result<PersonRecords, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/personal-data/find")?.bearer_auth(session).json(search)).await
    }

    /// The same, to hand it out.
    pub async fn export_personal_data(&self, session: &str, export: &PersonExport) -> Result<PersonRecords, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/personal-data/export")?.bearer_auth(session).json(export)).await
    }

    /// Erases it.
    pub async fn erase_personal_data(&self, session: &str, erasure: &PersonErasure) -> Result<Erased, TransportError> {
        self.fetch(self.request(Method::POST, "v1/admin/personal-data/erase")?.bearer_auth(session).json(erasure)).await
    }

    /// What admins did.
    pub async fn admin_acts(&self, session: &str, query: &AdminActsQuery) -> Result<Vec<AdminAct>, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/acts")?.bearer_auth(session).query(query)).await
    }
}
