//! Reports, which the server makes.

use beadsbox_protocol::report::{AccountsChange, ReportQuery};
use reqwest::Method;
use serde::de::DeserializeOwned;

use super::HttpServer;
use crate::transport::TransportError;

impl HttpServer {
    /// The report of that name (`liability`, `activity`, …): whoever asks says what it is read as.
    pub async fn report<T: DeserializeOwned>(&self, session: &str, name: &str, query: &ReportQuery) -> Result<T, TransportError> {
        self.fetch(self.request(Method::GET, &format!("v1/reports/{name}"))?.bearer_auth(session).query(query)).await
    }

    /// Sets the numbers of the accounts in the accounting export.
    pub async fn change_accounts(&self, session: &str, change: &AccountsChange) -> Result<AccountsChange, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/accounts")?.bearer_auth(session).json(change)).await
    }
}
