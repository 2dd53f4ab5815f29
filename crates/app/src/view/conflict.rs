use beadsbox_domain::{ConflictKind, ConflictState, Settlement};
use serde::{Deserialize, Serialize};

use super::{Fact, MoneyView};

/// Who stands for the value of a settled conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BearerKind {
    Organisation,
    Shop,
    Customer,
}

/// What a settlement does to the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "BooksEffect")]
pub struct BooksView {
    /// None where no line of the books changes.
    pub bearer: Option<BearerKind>,
    /// None where nobody knows what the voucher is worth.
    pub value: Option<MoneyView>,
    /// The shop that honoured: the one that is charged, and whose tills have so much less at stake.
    pub shop: String,
}

/// One way to settle a conflict, and what it would do to the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SettlementOffer {
    pub settlement: Settlement,
    pub books: BooksView,
}

/// How a conflict was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SettledView {
    pub settlement: Settlement,
    pub reason: String,
    pub by: Fact,
    pub books: BooksView,
}

/// Whose a conflict is, for whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Mine,
    /// Somebody else's.
    Others,
    /// Nobody works on it, or somebody who was barred.
    Nobodys,
}

/// Who works on a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Assignee")]
pub struct AssigneeView {
    /// None where nobody works on it.
    pub name: Option<String>,
    pub staff_id: Option<String>,
    pub whose: Whose,
    /// Who gave it to them, where it was somebody else.
    pub by: Option<String>,
    pub since: Option<String>,
    /// What a change is made on; 0 where nobody ever worked on it.
    pub version: u64,
    /// It can be taken, handed over and let go.
    pub may_change: bool,
}

/// A case for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConflictRow {
    pub id: String,
    pub version: u64,
    pub kind: ConflictKind,
    pub state: ConflictState,
    pub voucher_id: String,
    pub code: String,
    pub title: String,
    pub value: Option<MoneyView>,
    /// What the voucher's status rested on.
    pub accepted: Option<Fact>,
    pub other: Fact,
    pub settlement: Option<SettledView>,
    /// How it can be settled; empty where it cannot, or not by whoever looks.
    pub offers: Vec<SettlementOffer>,
    pub assignee: AssigneeView,
    pub waiting: bool,
}

/// Somebody to whom a conflict can be handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Colleague")]
pub struct ColleagueView {
    pub id: String,
    pub name: String,
    pub is_me: bool,
}

/// Which conflicts are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ConflictFilter {
    pub include_settled: bool,
    /// None for everybody's.
    pub whose: Option<Whose>,
}

/// The inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConflictInbox {
    pub rows: Vec<ConflictRow>,
    /// How many are open, whosever they are.
    pub open: u64,
    /// Of these, mine.
    pub mine: u64,
    /// Of these, nobody's.
    pub nobodys: u64,
    /// Who may work on conflicts.
    pub colleagues: Vec<ColleagueView>,
}

/// How to settle it.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SettleForm {
    pub conflict_id: String,
    pub version: u64,
    pub settlement: Settlement,
    pub reason: String,
}

/// Whose it is from now on.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct AssigneeForm {
    pub conflict_id: String,
    /// As it was shown.
    pub version: u64,
    /// None for nobody's.
    pub staff_id: Option<String>,
}
