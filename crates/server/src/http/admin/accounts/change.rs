//! `PUT /v1/admin/accounts`

use axum::extract::State;
use beadsbox_protocol::{Problem, report::AccountsChange};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Sets the numbers of the accounts in the accounting export, whole: 409 where somebody else did since they were read.
#[utoipa::path(put, path = "/v1/admin/accounts", operation_id = "change_accounts", tag = "admin", request_body = AccountsChange, security(("session" = [])), responses(
    (status = 200, body = AccountsChange, description = "The accounts as they stand, and their version"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<AccountsChange>) -> Result<Json<AccountsChange>, Failure> {
    if let Some(name) = change.accounts.fault() {
        return Err(Failure::malformed(format!("accounts.{name}: 1 to 20 letters and digits")));
    }
    let mut act = Act::begin(&app, admin).await?;
    let row_version = db::settings::change_accounts(&mut act, change.row_version, &change.accounts)
        .await?
        .ok_or_else(Failure::changed_meanwhile)?;
    act.done(Done::new(ActKind::AccountsChanged).with("accounts", json!(change.accounts))).await?;
    Ok(Json(AccountsChange { row_version, ..change }))
}
