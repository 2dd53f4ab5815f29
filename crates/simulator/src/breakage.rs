//! Checks that can be left out on purpose, to show that the rules notice.

/// A check that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakage {
    /// The sequencer leaves an entity that changes again at its old place in the feed.
    ChangeKeepsItsPlace,
    /// A till says "confirmed" when the server's answer arrives, and not once it is on the disk.
    ConfirmedBeforeCommit,
    /// The server keeps a conflict's accepted side only.
    ConflictsOtherSideDropped,
    /// The server answers for a copy's operations what it answered for the device's own.
    ForkNotDetected,
    /// A till that may not honour an unanswered ask withdraws it on the screen, and not in the outbox.
    WithdrawalNotRecorded,
    /// The server takes operations that come again as if they were new.
    RepetitionTakenAnew,
    /// After a rewind the server decides anew what receipts say it had decided.
    ReceiptsIgnored,
    /// A page tells a copy nothing of the operations that it shares with the life from which it parted.
    SharedOutcomesNotTold,
}

impl Breakage {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ChangeKeepsItsPlace,
        Self::ConfirmedBeforeCommit,
        Self::ConflictsOtherSideDropped,
        Self::ForkNotDetected,
        Self::WithdrawalNotRecorded,
        Self::RepetitionTakenAnew,
        Self::ReceiptsIgnored,
        Self::SharedOutcomesNotTold,
    ];

    /// Whether that check is left out. Never in a program that was built without the feature `breakages`.
    pub fn is_left_out(self, chosen: Option<Self>) -> bool {
        cfg!(feature = "breakages") && chosen == Some(self)
    }

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChangeKeepsItsPlace => "change-keeps-its-place",
            Self::ConfirmedBeforeCommit => "confirmed-before-commit",
            Self::ConflictsOtherSideDropped => "conflicts-other-side-dropped",
            Self::ForkNotDetected => "fork-not-detected",
            Self::WithdrawalNotRecorded => "withdrawal-not-recorded",
            Self::RepetitionTakenAnew => "repetition-taken-anew",
            Self::ReceiptsIgnored => "receipts-ignored",
            Self::SharedOutcomesNotTold => "shared-outcomes-not-told",
        }
    }

    /// The breakage of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|breakage| breakage.name() == name)
    }
}
