//! Who the device is.

use beadsbox_domain::{DeviceId, ShopId, Timestamp};
use beadsbox_protocol::{ChainHash, Profile};
use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use crate::{
    error::StoreError,
    file::{WriteError, sql::Sql},
    types::Enrolment,
};

/// An enrolment and the hash on which its chain stands.
pub(crate) struct Identity {
    pub(crate) enrolment: Enrolment,
    pub(crate) origin: ChainHash,
}

/// The identity, once there is one.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Option<Identity>> {
    connection
        .prepare_cached(
            "SELECT device, incarnation, name, shop, server_url, epoch, server_public_key, certificate, enrolled_at, public_key, chain_origin,
                 profile, shop_name, time_zone
             FROM enrolment",
        )?
        .query_row([], |row| {
            Ok(Identity {
                enrolment: Enrolment {
                    device: row.get::<_, Sql<DeviceId>>(0)?.0,
                    incarnation: row.get(1)?,
                    name: row.get(2)?,
                    shop: row.get::<_, Sql<ShopId>>(3)?.0,
                    server_url: row.get(4)?,
                    epoch: row.get::<_, Sql<Uuid>>(5)?.0,
                    server_public_key: row.get(6)?,
                    certificate: row.get(7)?,
                    enrolled_at: row.get::<_, Sql<Timestamp>>(8)?.0,
                    public_key: row.get(9)?,
                    profile: row.get::<_, Option<String>>(11)?.as_deref().and_then(Profile::from_name),
                    shop_name: row.get(12)?,
                    time_zone: row.get(13)?,
                },
                origin: row.get::<_, Sql<ChainHash>>(10)?.0,
            })
        })
        .optional()
}

/// Keeps the identity. The same one again may bring a new name, shop or address; another one is refused.
pub(crate) fn keep(transaction: &Transaction<'_>, new: &Enrolment) -> Result<(), EnrolError> {
    let key = VerifyingKey::from_bytes(&new.public_key).map_err(|error| EnrolError::Refused(StoreError::internal(error)))?;
    let origin = ChainHash::of_enrolment(new.device, new.incarnation, &key);
    if load(transaction)?.is_some_and(|known| known.origin != origin) {
        return Err(EnrolError::Refused(StoreError::AlreadyEnrolled));
    }
    transaction.execute(
        "INSERT INTO enrolment (only_one, device, incarnation, name, shop, server_url, epoch, server_public_key, certificate, enrolled_at,
             public_key, chain_origin, profile, shop_name, time_zone) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (only_one) DO UPDATE SET name = excluded.name, shop = excluded.shop, server_url = excluded.server_url,
             server_public_key = excluded.server_public_key, certificate = excluded.certificate, enrolled_at = excluded.enrolled_at,
             profile = excluded.profile, shop_name = excluded.shop_name, time_zone = excluded.time_zone",
        params![
            Sql(new.device),
            new.incarnation,
            new.name,
            Sql(new.shop),
            new.server_url,
            Sql(new.epoch),
            new.server_public_key,
            new.certificate,
            Sql(new.enrolled_at),
            new.public_key,
            Sql(origin),
            new.profile.map(Profile::name),
            new.shop_name,
            new.time_zone
        ],
    )?;
    transaction.execute("INSERT OR IGNORE INTO known_epoch (epoch) VALUES (?1)", [Sql(new.epoch)])?;
    Ok(())
}

/// Why no identity was kept.
pub(crate) enum EnrolError {
    Write(WriteError),
    Refused(StoreError),
}

impl From<WriteError> for EnrolError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<rusqlite::Error> for EnrolError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.into())
    }
}
