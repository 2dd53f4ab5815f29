//! Whose the inbox is.

use beadsbox_app::view::StatusBar;
use beadsbox_domain::Role;

/// The status as far as whoever works here can look into it: the inbox is the office's, and a seller is told nothing of it.
pub fn as_seen(status: &StatusBar) -> StatusBar {
    let open_conflicts = if status.role == Role::Counter { 0 } else { status.open_conflicts };
    StatusBar { open_conflicts, ..status.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: Role) -> StatusBar {
        StatusBar {
            training: false,
            shop: String::new(),
            device: String::new(),
            moves_to: None,
            person: String::new(),
            role,
            online: true,
            syncing: false,
            progress: None,
            last_sync_at: None,
            waiting: 0,
            quarantined: 0,
            refused: 3,
            open_conflicts: 2,
            clock_skew_seconds: None,
            trouble: None,
        }
    }

    #[test]
    fn a_seller_hears_of_what_was_refused_and_of_no_inbox() {
        let seen = |role| (as_seen(&of(role)).open_conflicts, as_seen(&of(role)).refused);
        assert_eq!(seen(Role::Counter), (0, 3));
        assert_eq!([seen(Role::BackOffice), seen(Role::Admin)], [(2, 3); 2]);
    }
}
