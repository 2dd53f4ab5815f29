//! What the organisation sets, and what each device may honour without the server.

use beadsbox_domain::{Currency, Deed, Money, OfflineLimits, Policy, PolicyError};
use beadsbox_protocol::admin::{LimitsChange, PolicyChange};

use super::{Seat, id};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    view::{DeviceLimitsForm, LimitsForm, PolicyForm, SyncOverview},
};

impl Seat {
    /// What the organisation set, as this device knows it.
    pub async fn policy(&self) -> AppResult<PolicyForm> {
        self.require(Deed::UseOffice)?;
        self.read(|view| Ok(PolicyForm::new(view.directory().policy(), view.directory().policy_version()))).await
    }

    /// Sets what the organisation sets; answers what holds now, as the server says it: its rows may be late.
    pub async fn set_policy(&self, form: PolicyForm) -> AppResult<PolicyForm> {
        self.require(Deed::Administer)?;
        let policy = Policy {
            counter_undo_minutes: form.counter_undo_minutes,
            office_undo_days: form.office_undo_days,
            expiry_grace_hours: form.expiry_grace_hours,
            offline_sign_in_days: form.offline_sign_in_days,
            lock_after_minutes: form.lock_after_minutes,
            admins_need_second_factor: form.admins_need_second_factor,
            buyers_kept_months: form.buyers_kept_months,
            offline: limits(&form.limits)?,
        };
        policy.check().map_err(|error| out_of_bounds(&error))?;
        let change = PolicyChange { row_version: form.row_version, policy };
        let settings = self.device.server.change_policy(self.server_session()?, &change).await?;
        self.take_news().await;
        Ok(PolicyForm::new(&settings.policy, settings.row_version))
    }

    /// Sets what a device may honour without the server.
    pub async fn set_device_limits(&self, form: DeviceLimitsForm) -> AppResult<SyncOverview> {
        self.require(Deed::Administer)?;
        let limits = form.limits.as_ref().map(limits).transpose()?;
        if let Some(limits) = &limits {
            limits.check().map_err(|error| out_of_bounds(&error))?;
        }
        let change = LimitsChange { row_version: form.row_version, limits };
        self.device.server.set_limits(self.server_session()?, id(&form.device_id, ErrorCode::Internal)?, &change).await?;
        self.take_news().await;
        self.sync_overview().await
    }

    /// What the server has just done should be on this screen; where that fails, the next sync brings it.
    pub(super) async fn take_news(&self) {
        if let Err(trouble) = self.device.syncer.sync_now().await {
            tracing::info!(%trouble, "the change was made, and is not here yet");
        }
        self.device.settle_in().await;
    }
}

fn limits(form: &LimitsForm) -> AppResult<OfflineLimits> {
    let mut faults = FieldErrors::default();
    let highest = faults.take("highest_value", hundredths(&form.highest_value));
    let most = faults.take("most_value", hundredths(&form.most_value));
    faults.finish()?;
    match (highest, most) {
        (Some(highest_value_minor), Some(most_value_minor)) => Ok(OfflineLimits {
            highest_value_minor,
            most_redemptions: form.most_redemptions,
            most_value_minor,
            most_hours_since_sync: form.most_hours_since_sync,
        }),
        _ => Err(AppError::internal("a form without a fault")),
    }
}

/// As in a currency with two decimals.
fn hundredths(text: &str) -> Result<i64, beadsbox_domain::MoneyError> {
    Ok(Money::parse(text, Currency::from_code("EUR")?)?.minor)
}

fn out_of_bounds(error: &PolicyError) -> AppError {
    // On the screen money is typed, and its field is called by what it is.
    let money = error.field.strip_suffix("_minor");
    let limit = error.range.end() / if money.is_some() { 100 } else { 1 };
    AppError::in_field(money.unwrap_or(error.field), FieldErrorCode::TooLarge, u32::try_from(limit).ok())
}
