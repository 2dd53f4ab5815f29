//! Who this server is: its epoch and its key.

use ed25519_dalek::{Signer as _, SigningKey};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{db, error::Failure, token};

/// Read once at the start: a new epoch comes only with a restore, and that needs a restart.
#[derive(Clone)]
pub(crate) struct Identity {
    pub epoch: Uuid,
    pub signing_key: SigningKey,
}

impl Identity {
    /// The server's identity; made on the first start.
    pub async fn load_or_create(conn: &mut PgConnection) -> Result<Self, Failure> {
        if let Some(identity) = Self::load(conn).await? {
            return Ok(identity);
        }
        // Two processes may come here at once: the first row stays.
        db::server::insert(conn, Uuid::from_bytes(token::random::<16>()?), &token::random::<32>()?).await?;
        Self::load(conn).await?.ok_or(Failure::Defect("the server's row vanished".to_owned()))
    }

    async fn load(conn: &mut PgConnection) -> Result<Option<Self>, Failure> {
        let Some((epoch, key)) = db::server::read(conn).await? else { return Ok(None) };
        let key: [u8; 32] = key.try_into().map_err(|_| Failure::Defect("the server's key is not 32 bytes".to_owned()))?;
        Ok(Some(Self { epoch, signing_key: SigningKey::from_bytes(&key) }))
    }

    /// The public half, hexadecimal.
    pub fn public_key(&self) -> String {
        hex::encode(self.signing_key.verifying_key().as_bytes())
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key.sign(message).to_bytes()
    }
}
