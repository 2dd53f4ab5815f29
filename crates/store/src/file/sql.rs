//! Domain values as columns: ids and hashes as blobs, times as microseconds, dates as decimal yyyymmdd, the rest as JSON.

use beadsbox_domain::{ConflictId, Date, DeviceId, OpId, PersonHash, ShopId, StaffId, Status, TemplateId, Timestamp, VoucherCode, VoucherId};
use beadsbox_protocol::{ChainHash, flat};
use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A value in its column's form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql<T>(pub T);

/// A value as JSON text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub T);

/// The last day of a voucher that never ends: after every day there is.
pub(crate) const NEVER: i64 = 99_999_999;

macro_rules! ids {
    ($($id:ident),+) => {$(
        impl ToSql for Sql<$id> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.0.as_bytes())))
            }
        }
        impl FromSql for Sql<$id> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                uuid(value).map(|id| Self($id(id)))
            }
        }
    )+};
}

ids!(ConflictId, DeviceId, OpId, ShopId, StaffId, TemplateId, VoucherId);

fn uuid(value: ValueRef<'_>) -> FromSqlResult<Uuid> {
    Uuid::from_slice(value.as_blob()?).map_err(FromSqlError::other)
}

impl ToSql for Sql<Uuid> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

impl FromSql for Sql<Uuid> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        uuid(value).map(Self)
    }
}

macro_rules! hashes {
    ($($hash:ident),+) => {$(
        impl ToSql for Sql<$hash> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0.0)))
            }
        }
        impl FromSql for Sql<$hash> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <[u8; 32]>::column_result(value).map(|bytes| Self($hash(bytes)))
            }
        }
    )+};
}

hashes!(ChainHash, PersonHash);

impl ToSql for Sql<Timestamp> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_microsecond().into())
    }
}

impl FromSql for Sql<Timestamp> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let micros = value.as_i64()?;
        Timestamp::from_microsecond(micros).map(Self).map_err(|_| FromSqlError::OutOfRange(micros))
    }
}

/// A counter. SQLite's numbers end at `i64::MAX`, and so do ours, long after every clock.
impl ToSql for Sql<u64> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        i64::try_from(self.0).map(Into::into).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for Sql<u64> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Self).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// A day as a number that sorts like it: the flat form's, which is read from the column as it stands.
pub(crate) fn day_number(day: Date) -> i64 {
    flat::day_number(day).into()
}

/// The last day of a voucher; [`NEVER`] where it has none.
impl ToSql for Sql<Option<Date>> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.map_or(NEVER, day_number).into())
    }
}

impl FromSql for Sql<Option<Date>> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        if number == NEVER {
            return Ok(Self(None));
        }
        let day = u32::try_from(number).ok().and_then(flat::day_of);
        day.map(|day| Self(Some(day))).ok_or(FromSqlError::OutOfRange(number))
    }
}

/// A status by its place when sorted: the flat form's number, which is read from the column as it stands.
pub(crate) fn status_number(status: Status) -> i64 {
    flat::status_number(status).into()
}

impl ToSql for Sql<Status> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(status_number(self.0).into())
    }
}

impl FromSql for Sql<Status> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        Status::ALL
            .into_iter()
            .find(|status| status_number(*status) == number)
            .map(Self)
            .ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for Sql<VoucherCode> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.compact().into())
    }
}

impl FromSql for Sql<VoucherCode> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        VoucherCode::parse(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(ToSqlOutput::Owned(Value::Text(text)))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}
