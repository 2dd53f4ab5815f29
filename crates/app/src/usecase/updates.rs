//! Where updates of the program come from, and whether this is a moment for one.

use beadsbox_domain::Deed;
use beadsbox_sync::{HttpError, ServerAddress};

use super::Seat;
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    program::Program,
};

const ADDRESS: &str = "update_address";
const LONGEST_ADDRESS: usize = 500;

impl Program {
    /// The organisation's own server that has the updates; none where nobody has named one.
    pub async fn update_address(&self) -> Option<String> {
        self.preference(ADDRESS).await.filter(|address| !address.is_empty())
    }
}

impl Seat {
    /// Whether this person may say where updates come from.
    pub fn may_administer(&self) -> bool {
        self.require(Deed::Administer).is_ok()
    }

    /// Keeps where updates come from; nothing where there are to be none.
    pub async fn set_update_address(&self, typed: &str) -> AppResult<Option<String>> {
        self.require(Deed::Administer)?;
        let address = read_update_address(typed)?;
        let kept = address.clone().unwrap_or_default();
        self.device.files(move |store| Ok(store.set_preference(ADDRESS, &kept)?)).await?;
        Ok(address)
    }

    /// Whether the program may be replaced now: whatever is being recorded, written or practised comes first.
    pub async fn may_install_update(&self) -> AppResult<()> {
        let busy = self.device.is_training() || self.device.is_busy();
        let asked = self.read(|view| Ok(!view.open_asks()?.is_empty())).await?;
        if busy || asked {
            return Err(AppError::new(ErrorCode::UpdateNotNow, "something is being recorded"));
        }
        Ok(())
    }
}

/// An address that somebody typed, as the program asks it: HTTPS, or plain HTTP on this machine. None where nothing was typed.
pub fn read_update_address(typed: &str) -> AppResult<Option<String>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    if typed.len() > LONGEST_ADDRESS {
        return Err(AppError::in_field("address", FieldErrorCode::TooLong, u32::try_from(LONGEST_ADDRESS).ok()));
    }
    match ServerAddress::parse(typed) {
        Ok(address) => Ok(Some(address.to_string())),
        Err(HttpError::Insecure) => Err(AppError::from(HttpError::Insecure)),
        Err(error) => Err(AppError { message: error.to_string(), ..AppError::in_field("address", FieldErrorCode::NotAnAddress, None) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_come_over_https_or_from_this_machine_itself() {
        assert_eq!(read_update_address("  ").unwrap(), None);
        assert_eq!(read_update_address("updates.example.org/beads").unwrap().unwrap(), "https://updates.example.org/beads");
        assert_eq!(read_update_address("http://127.0.0.1:8080").unwrap().unwrap(), "http://127.0.0.1:8080");
        assert_eq!(read_update_address("http://updates.example.org").unwrap_err().code, ErrorCode::InsecureAddress);
        for wrong in ["ftp://example.org", "https://ada:secret@example.org", "https://", &"x".repeat(501)] {
            assert_eq!(read_update_address(wrong).unwrap_err().fields[0].field, "address", "{wrong}");
        }
    }
}
