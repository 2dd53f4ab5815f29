//! What goes before what, and by which queue of the broker.

use beadsbox_protocol::job::JobKind;

/// A kind of job belongs to one. A worker takes what is due from the first that has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody sits and waits, or has to be warned.
    Urgent,
    /// What the server does by itself: little, and not to stand behind ten thousand mails.
    Upkeep,
    /// Vouchers to their buyers.
    Vouchers,
    /// What nobody waits for.
    Unhurried,
}

impl Lane {
    /// Every lane, the first one first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::Upkeep, Self::Vouchers, Self::Unhurried];

    pub const fn of(kind: JobKind) -> Self {
        match kind {
            JobKind::PasswordResetMail | JobKind::AddressChangedMail => Self::Urgent,
            JobKind::ExpireVouchers | JobKind::RefreshSnapshots | JobKind::ForgetBuyers | JobKind::Prune | JobKind::PutSumsTogether => Self::Upkeep,
            JobKind::VoucherMail | JobKind::VoucherMailAgain => Self::Vouchers,
            // It is for whoever can send what it finds.
            JobKind::ReminderMail | JobKind::RemindBuyers => Self::Unhurried,
        }
    }

    /// Its queue, and the key by which messages come there.
    pub const fn queue(self) -> &'static str {
        match self {
            Self::Urgent => "beadsbox.jobs.urgent",
            Self::Upkeep => "beadsbox.jobs.upkeep",
            Self::Vouchers => "beadsbox.jobs.vouchers",
            Self::Unhurried => "beadsbox.jobs.unhurried",
        }
    }

    /// Whether its jobs are for processes that have a mail server.
    pub const fn needs_mail_server(self) -> bool {
        !matches!(self, Self::Upkeep)
    }

    /// The kinds of its jobs.
    pub fn kinds(self) -> Vec<JobKind> {
        JobKind::ALL.into_iter().filter(|kind| Self::of(*kind) == self).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_lane_and_what_writes_is_for_those_who_can_send() {
        assert_eq!(Lane::ALL.into_iter().flat_map(Lane::kinds).count(), JobKind::ALL.len());
        assert!(JobKind::ALL.into_iter().filter(|kind| kind.is_mail()).all(|kind| Lane::of(kind).needs_mail_server()));
    }
}
