//! Who this server is: its epoch and its key, read once at the start. A new epoch comes only with a restore, and that needs a
//! restart.

use beadsbox_authority::Identity;
use ed25519_dalek::SigningKey;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{db, error::Failure, token};

/// The server's identity; made on the first start.
pub(crate) async fn load_or_create(conn: &mut PgConnection) -> Result<Identity, Failure> {
    if let Some(identity) = load(conn).await? {
        return Ok(identity);
    }
    // Two processes may come here at once: the first row stays.
    db::server::insert(conn, Uuid::from_bytes(token::random::<16>()?), &token::random::<32>()?).await?;
    load(conn).await?.ok_or(Failure::Defect("the server's row vanished".to_owned()))
}

async fn load(conn: &mut PgConnection) -> Result<Option<Identity>, Failure> {
    let Some((epoch, key)) = db::server::read(conn).await? else { return Ok(None) };
    let key: [u8; 32] = key.try_into().map_err(|_| Failure::Defect("the server's key is not 32 bytes".to_owned()))?;
    Ok(Some(Identity { epoch, signing_key: SigningKey::from_bytes(&key) }))
}
