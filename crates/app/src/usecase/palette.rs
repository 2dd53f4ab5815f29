//! What the command palette asks: the voucher of a typed code, and what this person did last.

use beadsbox_domain::{CodeError, Deed, VoucherCode, code::grouped};

use super::Seat;
use crate::{
    error::{AppError, AppResult, FieldErrorCode},
    view::CodeHit,
};

/// How many actions are remembered, the last first.
const MOST_ACTIONS: usize = 8;
/// Characters of an action's id.
const LONGEST_ID: usize = 40;
/// Characters of what somebody types; more is no code.
const LONGEST_TYPED: usize = 200;

impl Seat {
    /// The voucher of a typed code, as this device knows it.
    pub async fn find_voucher(&self, typed: String) -> AppResult<CodeHit> {
        self.require(Deed::UseOffice)?;
        if typed.chars().count() > LONGEST_TYPED {
            return Ok(CodeHit::NotACode);
        }
        match VoucherCode::parse(&typed) {
            Err(CodeError::Mistyped) => Ok(CodeHit::Mistyped { code: grouped(&typed) }),
            Err(_) => Ok(CodeHit::NotACode),
            Ok(code) => {
                self.read(move |view| {
                    let found = view.voucher_by_code(code)?.map(|found| found.voucher);
                    Ok(found.map_or_else(
                        || CodeHit::Unknown { code: code.to_string() },
                        |voucher| CodeHit::Found {
                            id: voucher.id.to_string(),
                            code: voucher.code.to_string(),
                            title: voucher.snapshot.title.as_str().to_owned(),
                            status: voucher.status,
                        },
                    ))
                })
                .await
            }
        }
    }

    /// What this person last did from the palette here, the last first. What cannot be read counts as nothing.
    pub async fn recent_actions(&self) -> AppResult<Vec<String>> {
        let key = self.actions_key();
        let kept = self.device.files(move |store| Ok(store.preference(&key)?)).await?;
        Ok(kept.map(|text| read(&text)).unwrap_or_default())
    }

    /// Remembers that this person did it; what they did last.
    pub async fn note_action(&self, id: String) -> AppResult<Vec<String>> {
        if !is_id(&id) {
            return Err(AppError::in_field("id", FieldErrorCode::ForbiddenCharacter, None));
        }
        let key = self.actions_key();
        self.device
            .files(move |store| {
                let actions = put_first(store.preference(&key)?.map(|text| read(&text)).unwrap_or_default(), id);
                store.set_preference(&key, &actions.join(" "))?;
                Ok(actions)
            })
            .await
    }

    fn actions_key(&self) -> String {
        format!("actions.{}", self.session.staff)
    }
}

fn read(kept: &str) -> Vec<String> {
    kept.split(' ').filter(|id| is_id(id)).take(MOST_ACTIONS).map(str::to_owned).collect()
}

fn put_first(mut actions: Vec<String>, id: String) -> Vec<String> {
    actions.retain(|known| *known != id);
    actions.insert(0, id);
    actions.truncate(MOST_ACTIONS);
    actions
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_last_stands_first_and_once_and_only_so_many_are_kept() {
        let mut actions = Vec::new();
        for number in 0..20 {
            actions = put_first(actions, format!("action_{number}"));
        }
        assert_eq!(actions.len(), MOST_ACTIONS);
        let actions = put_first(actions, "action_15".to_owned());
        assert_eq!(actions[..3], ["action_15", "action_19", "action_18"]);
        assert_eq!(actions.iter().filter(|id| *id == "action_15").count(), 1);
    }

    #[test]
    fn only_ids_are_kept_and_read() {
        assert!(is_id("go_vouchers") && is_id("a"));
        for wrong in ["", "Léa O'Connor", "two words", &"x".repeat(41)] {
            assert!(!is_id(wrong), "{wrong:?}");
        }
        assert_eq!(read("go_vouchers  Léa sync_now"), ["go_vouchers", "sync_now"]);
    }
}
