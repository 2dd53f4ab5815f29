//! Shops, staff and devices: what an admin, or whoever has the command line, sets up.

use axum::http::StatusCode;
use beadsbox_domain::{
    Country, DeviceId, Pin, PolicyError, Role, ShopId, StaffId, Timestamp,
    text::{Address, Name},
};
use beadsbox_protocol::{
    ErrorCode,
    admin::{DevicePatch, EnrolmentCode, LeastValidityChange, LimitsChange, NewBadge, PolicyChange, ShopChange, StaffPatch},
    badge,
    export::Issuer,
    rows::{Settings, Shop, Staff},
};
use ed25519_dalek::VerifyingKey;
use jiff::{SignedDuration, tz::TimeZone};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    db::{
        self, Profile,
        device::NewDevice,
        feed::{self, Kind},
        lock::Lock,
        staff::Patch,
    },
    error::{Failure, StartError},
    password::{LENGTHS, Passwords},
    token,
};

/// How long an enrolment code is good.
const CODE_HOURS: i64 = 24;

/// A new shop. The caller commits.
pub(crate) async fn create_shop(conn: &mut PgConnection, id: ShopId, name: &str, time_zone: &str) -> Result<Shop, Failure> {
    let name = checked_name(name)?;
    check_time_zone(time_zone)?;
    db::shop::insert(conn, id, name.as_str(), time_zone).await?;
    feed::note(conn, Kind::Shop, &[id.0]).await?;
    Ok(Shop { id, name: name.to_string(), time_zone: time_zone.to_owned(), row_version: 1, ..Shop::default() })
}

/// Only names of the IANA database: a fixed offset would forget summer time.
fn check_time_zone(name: &str) -> Result<(), Failure> {
    TimeZone::get(name).map(drop).map_err(|_| Failure::malformed("time_zone is an IANA name such as Europe/Paris"))
}

/// Sets a shop whole. Its time zone stays once business was done there, because the days of the books are kept in it; it closes once no
/// device stands in it. The caller commits.
pub(crate) async fn change_shop(conn: &mut PgConnection, id: ShopId, change: ShopChange, now: Timestamp) -> Result<Changed<Shop>, Failure> {
    let name = checked_name(&change.name)?;
    check_time_zone(&change.time_zone)?;
    let country = change
        .country
        .as_deref()
        .map(Country::new)
        .transpose()
        .map_err(|error| Failure::malformed(format!("country: {error}")))?;
    let address = change
        .address
        .as_deref()
        .map(Address::new)
        .transpose()
        .map_err(|error| Failure::malformed(format!("address: {error}")))?;
    let before = db::shop::lock(conn, id).await?.ok_or_else(|| Failure::not_found("shop"))?;
    if change.time_zone != before.time_zone && db::shop::is_in_the_books(conn, id).await? {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::ShopInUse, "business was done in the shop's time zone"));
    }
    if change.closed && !before.closed && db::shop::has_devices(conn, id).await? {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::ShopHasDevices, "devices stand in the shop"));
    }
    let (time_zone, closed, row_version) = (change.time_zone, change.closed, change.row_version);
    let shop = Shop { id, name: name.to_string(), time_zone, country, address, closed, row_version };
    if !db::shop::change(conn, &shop, now).await? {
        return Err(Failure::changed_meanwhile());
    }
    feed::note(conn, Kind::Shop, &[id.0]).await?;
    let after = db::shop::find(conn, id).await?.ok_or_else(|| Failure::not_found("shop"))?;
    Ok(Changed { before, after })
}

/// A shop that is open, its row locked, so that it does not close before the caller commits.
/// A shop in which something new may begin, its row locked.
pub(crate) async fn open_shop(conn: &mut PgConnection, id: ShopId) -> Result<Shop, Failure> {
    let shop = db::shop::lock(conn, id).await?.ok_or_else(|| Failure::not_found("shop"))?;
    if shop.closed {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::ShopClosed, "the shop is closed"));
    }
    Ok(shop)
}

/// A new staff member. The caller commits.
pub(crate) async fn create_staff(
    conn: &mut PgConnection,
    passwords: &Passwords,
    id: StaffId,
    name: &str,
    role: Role,
    password: String,
) -> Result<Staff, Failure> {
    let name = checked_name(name)?;
    let hash = hashed(passwords, password).await?;
    db::staff::insert(conn, id, name.as_str(), &hash, role, None).await?;
    feed::note(conn, Kind::Staff, &[id.0]).await?;
    db::staff::find(conn, id).await?.ok_or_else(|| Failure::not_found("staff member"))
}

/// Somebody or something as it was, and as it is.
pub(crate) struct Changed<T> {
    pub before: T,
    pub after: T,
}

/// Changes a staff member. A new role or a bar ends their sessions. The caller commits.
pub(crate) async fn change_staff(conn: &mut PgConnection, id: StaffId, patch: &StaffPatch, now: Timestamp) -> Result<Changed<Staff>, Failure> {
    let name = patch.name.as_deref().map(checked_name).transpose()?;
    let patch = Patch { role: patch.role, active: patch.active, name, row_version: patch.row_version, ..Patch::default() };
    let admins = db::staff::lock_with_active_admins(conn, id).await?;
    let before = db::staff::find(conn, id).await?.ok_or_else(|| Failure::not_found("staff member"))?;
    let demoted = patch.active == Some(false) || patch.role.is_some_and(|role| role != Role::Admin);
    if demoted && admins == [id.0] {
        return Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::LastAdmin, "the last admin stays one"));
    }
    if !db::staff::change(conn, id, &patch, now).await? {
        return Err(Failure::changed_meanwhile());
    }
    if patch.active == Some(false) || patch.role.is_some_and(|role| role != before.role) {
        db::session::delete_of_staff(conn, id).await?;
    }
    Ok(Changed { before, after: changed(conn, id, true).await? })
}

/// A staff member as they are after a change, which every device is told of; `there`: whether it found them.
pub(crate) async fn changed(conn: &mut PgConnection, id: StaffId, there: bool) -> Result<Staff, Failure> {
    if there {
        feed::note(conn, Kind::Staff, &[id.0]).await?;
    }
    db::staff::find(conn, id).await?.filter(|_| there).ok_or_else(|| Failure::not_found("staff member"))
}

/// Sets what the organisation sets, whole. The caller commits.
pub(crate) async fn set_policy(conn: &mut PgConnection, change: &PolicyChange) -> Result<Settings, Failure> {
    change.policy.check().map_err(|error| out_of_bounds(&error))?;
    let settings = db::settings::change(conn, change.row_version, &change.policy).await?.ok_or_else(Failure::changed_meanwhile)?;
    feed::note(conn, Kind::Settings, &[Uuid::nil()]).await?;
    Ok(settings)
}

/// Sets the least validity of vouchers by country, whole. The caller commits.
pub(crate) async fn set_least_validity(conn: &mut PgConnection, change: &LeastValidityChange) -> Result<Settings, Failure> {
    change.least_validity.check().map_err(|error| Failure::malformed(error.to_string()))?;
    let changed = db::settings::change_least_validity(conn, change.row_version, &change.least_validity).await?;
    let settings = changed.ok_or_else(Failure::changed_meanwhile)?;
    feed::note(conn, Kind::Settings, &[Uuid::nil()]).await?;
    Ok(settings)
}

/// Changes what a device is called and where it stands. Its operations keep the shop in which they were done, and a day is closed in the
/// shop in which it was begun: so it is not moved in the middle of one. The caller commits.
pub(crate) async fn change_device(
    conn: &mut PgConnection,
    id: DeviceId,
    patch: &DevicePatch,
    now: Timestamp,
    by: StaffId,
) -> Result<Changed<db::device::Device>, Failure> {
    let name = patch.name.as_deref().map(checked_name).transpose()?;
    // Its pushes wait for this, so that none brings a sale in between.
    let before = db::device::lock(conn, id)
        .await?
        .filter(|device| device.id != db::device::SERVER)
        .ok_or_else(|| Failure::not_found("device"))?;
    let shop = patch.shop_id.filter(|shop| *shop != before.shop);
    if let Some(shop) = shop {
        open_shop(conn, shop).await?;
        if db::end_of_day::has_open_day(conn, id).await? {
            return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::DayNotClosed, "the device's day is not closed"));
        }
        db::device::note_former_shop(conn, id, before.shop, now, by).await?;
    }
    if !db::device::change(conn, id, patch.row_version, name.as_ref(), shop).await? {
        return Err(Failure::changed_meanwhile());
    }
    feed::note(conn, Kind::Device, &[id.0]).await?;
    Ok(Changed { before, after: device(conn, id).await? })
}

/// Sets what a device may honour without the server. The caller commits.
pub(crate) async fn set_limits(conn: &mut PgConnection, id: DeviceId, change: &LimitsChange) -> Result<db::device::Device, Failure> {
    if let Some(limits) = &change.limits {
        limits.check().map_err(|error| out_of_bounds(&error))?;
    }
    let set = db::device::set_limits(conn, id, change.row_version, change.limits.as_ref()).await?;
    let device = device(conn, id).await?;
    if !set {
        return Err(Failure::changed_meanwhile());
    }
    feed::note(conn, Kind::Device, &[id.0]).await?;
    Ok(device)
}

/// Sets somebody's PIN, or takes it away. The caller has seen the password of that hash, which another one may have replaced since, and commits.
pub(crate) async fn set_pin(conn: &mut PgConnection, id: StaffId, password_hash: &str, pin_hash: Option<&str>) -> Result<(), Failure> {
    if !db::staff::set_pin(conn, id, password_hash, pin_hash).await? {
        return Err(Failure::wrong_password());
    }
    feed::note(conn, Kind::Staff, &[id.0]).await
}

/// The digits as somebody typed them, or why they are no PIN.
pub(crate) fn checked_pin(typed: &str) -> Result<Pin, Failure> {
    Pin::new(typed).map_err(|error| Failure::malformed(format!("pin: {error}")))
}

/// Gives somebody a new badge; the one before no longer counts. The caller commits.
pub(crate) async fn new_badge(conn: &mut PgConnection, id: StaffId) -> Result<NewBadge, Failure> {
    let secret = token::random()?;
    Ok(NewBadge { staff: set_badge(conn, id, Some(&badge::hash_of(&secret))).await?, badge: badge::text(&secret) })
}

/// Takes somebody's badge away. The caller commits.
pub(crate) async fn take_badge(conn: &mut PgConnection, id: StaffId) -> Result<Staff, Failure> {
    set_badge(conn, id, None).await
}

async fn set_badge(conn: &mut PgConnection, id: StaffId, badge_hash: Option<&[u8; 32]>) -> Result<Staff, Failure> {
    let there = db::staff::set_badge(conn, id, badge_hash).await?;
    changed(conn, id, there).await
}

fn out_of_bounds(error: &PolicyError) -> Failure {
    Failure::malformed(error.to_string())
}

/// Bars a device for good, and ends the sessions at it. The caller commits.
pub(crate) async fn revoke_device(conn: &mut PgConnection, id: DeviceId) -> Result<db::device::Device, Failure> {
    if db::device::revoke(conn, id).await? {
        db::session::delete_of_device(conn, id).await?;
        feed::note(conn, Kind::Device, &[id.0]).await?;
    }
    device(conn, id).await
}

/// A device as it is; the server itself is none.
async fn device(conn: &mut PgConnection, id: DeviceId) -> Result<db::device::Device, Failure> {
    let found = db::device::find(conn, id).await?.filter(|device| device.id != db::device::SERVER);
    found.ok_or_else(|| Failure::not_found("device"))
}

/// Knows a device again, under that token. Whether it was known. The caller has checked who asks, and commits.
pub(crate) async fn recognise_device(conn: &mut PgConnection, issuer: &Issuer, key: &VerifyingKey, token_hash: &[u8; 32]) -> Result<bool, Failure> {
    let (device, was_lost) = known_or_lost(conn, issuer, key, token_hash).await?;
    if !was_lost {
        crate::push::check_state(&device)?;
        db::device::set_token(conn, device.id, token_hash).await?;
    }
    Ok(!was_lost)
}

/// The device that made a file, and whether a restore had lost it. The caller has checked the certificate, and commits. Nobody has the token under
/// which a lost one stands then: should it come back, it shows its certificate.
pub(crate) async fn device_of_file(conn: &mut PgConnection, issuer: &Issuer, key: &VerifyingKey) -> Result<(db::device::Device, bool), Failure> {
    known_or_lost(conn, issuer, key, &token::random()?).await
}

/// The device, its row locked; made anew with its shop, under that token, where a restore lost it, and whether it was lost. Asked twice at once, by
/// both tasks of a device or by two devices of one lost shop, the second finds what the first made.
async fn known_or_lost(conn: &mut PgConnection, issuer: &Issuer, key: &VerifyingKey, token_hash: &[u8; 32]) -> Result<(db::device::Device, bool), Failure> {
    let mut known = db::device::lock(conn, issuer.device_id).await?;
    if known.is_none() {
        Lock::UnknownDevices.wait(conn).await?;
        known = db::device::lock(conn, issuer.device_id).await?;
    }
    if let Some(known) = known {
        return if known.public_key == *key.as_bytes() {
            Ok((known, false))
        } else {
            Err(Failure::forbidden("the device has another key by now"))
        };
    }
    if db::shop::find(conn, issuer.shop.id).await?.is_none() {
        recognise_shop(conn, &issuer.shop).await?;
    }
    let name = checked_name(&issuer.name)?;
    let new = NewDevice {
        id: issuer.device_id,
        name: name.as_str(),
        shop: issuer.shop.id,
        public_key: key,
        profile: issuer.profile,
        token_hash,
        enrolled_at: issuer.enrolled_at,
    };
    db::device::insert(conn, &new).await?;
    feed::note(conn, Kind::Device, &[new.id.0]).await?;
    let device = db::device::lock(conn, new.id).await?;
    Ok((device.ok_or_else(|| Failure::Defect("a device that was inserted is not there".to_owned()))?, true))
}

/// A shop that a restore lost. Where another one was given its name since, it gets a part of its id as well.
async fn recognise_shop(conn: &mut PgConnection, shop: &Shop) -> Result<(), Failure> {
    let name = match db::shop::find_by_name(conn, &shop.name).await? {
        Some(_) => format!("{} {}", shop.name.chars().take(80).collect::<String>(), &shop.id.to_string()[28..]),
        None => shop.name.clone(),
    };
    create_shop(conn, shop.id, &name, &shop.time_zone).await.map(drop)
}

/// A new enrolment code. The caller commits.
pub(crate) async fn create_enrolment_code(conn: &mut PgConnection, shop: ShopId, profile: Profile, now: Timestamp) -> Result<EnrolmentCode, Failure> {
    let shop = open_shop(conn, shop).await?;
    let code = token::enrolment_code()?;
    let expires_at = now + SignedDuration::from_hours(CODE_HOURS);
    db::enrolment_code::insert(conn, &token::enrolment_code_hash(&code), shop.id, profile, now, expires_at).await?;
    Ok(EnrolmentCode { code, shop, expires_at })
}

pub(crate) fn checked_name(name: &str) -> Result<Name, Failure> {
    Name::new(name).map_err(|error| Failure::malformed(format!("name: {error}")))
}

/// The hash of a password that somebody chose, if it may be one.
pub(crate) async fn hashed(passwords: &Passwords, password: String) -> Result<String, Failure> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Err(Failure::malformed(format!("a password has {} to {} characters", LENGTHS.start(), LENGTHS.end())));
    }
    passwords.hash(password).await
}

/// Adds a shop, for the command line and tests.
pub async fn add_shop(pool: &PgPool, name: &str, time_zone: &str) -> Result<Shop, StartError> {
    let mut tx = pool.begin().await?;
    let shop = create_shop(&mut tx, ShopId(Uuid::now_v7()), name, time_zone).await?;
    tx.commit().await?;
    Ok(shop)
}

/// Adds a staff member, for the command line and tests.
pub async fn add_staff(pool: &PgPool, name: &str, role: Role, password: &str) -> Result<Staff, StartError> {
    let mut tx = pool.begin().await?;
    let staff = create_staff(&mut tx, &Passwords::default(), StaffId(Uuid::now_v7()), name, role, password.to_owned()).await?;
    tx.commit().await?;
    Ok(staff)
}

/// Makes an enrolment code, for the command line and tests.
pub async fn add_enrolment_code(pool: &PgPool, shop: ShopId, profile: Profile) -> Result<EnrolmentCode, StartError> {
    let mut tx = pool.begin().await?;
    let code = create_enrolment_code(&mut tx, shop, profile, Timestamp::now()).await?;
    tx.commit().await?;
    Ok(code)
}
