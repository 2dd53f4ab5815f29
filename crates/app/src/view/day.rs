use beadsbox_domain::CashMovement;
use serde::{Deserialize, Serialize};

use super::{CurrencyView, MoneyView, PaperLanguage};

/// How the till's day stands. What should lie in the drawer is not in it: who counts must not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Day")]
pub struct DayView {
    /// Today, in the shop's time zone.
    pub today: String,
    /// An earlier day on which something was done, and which is not closed.
    pub missed: Option<String>,
    /// Something was done since the last close.
    pub open: bool,
    /// The number that the next close gets.
    pub next_number: u64,
    /// The last close.
    pub last: Option<DayCloseRow>,
    /// What cash may be of.
    pub currencies: Vec<CurrencyView>,
    /// What has to be counted.
    pub to_count: Vec<CurrencyView>,
    /// Cash that moved since the last close besides sales and refunds, the oldest first.
    pub moves: Vec<CashMoveRow>,
    /// Whether a float was said since the last close.
    pub has_float: bool,
}

/// Cash that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "CashMove")]
pub struct CashMoveRow {
    pub op_id: String,
    pub movement: CashMovement,
    pub amount: MoneyView,
    pub reason: Option<String>,
    pub at: String,
    pub staff: String,
}

/// Cash to put in or take out.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct CashForm {
    pub movement: CashMovement,
    /// ISO 4217.
    pub currency: String,
    /// As it was typed.
    pub amount: String,
    /// Required but for a float.
    pub reason: String,
}

/// What was counted of one currency.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct Counted {
    /// ISO 4217.
    pub currency: String,
    /// As it was typed.
    pub amount: String,
}

/// What was counted, to be told what it should have been.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct CountForm {
    pub counted: Vec<Counted>,
}

/// A day to close.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct CloseForm {
    pub counted: Vec<Counted>,
    /// What the count answered: later operations belong to the next day.
    pub through_seq: u64,
    /// Needed where the cash is not what it should be.
    pub difference_reason: String,
    /// Needed where operations are not yet sent.
    pub unsent_reason: String,
    /// The report's.
    pub language: PaperLanguage,
}

/// How many, and what they are worth together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Tally")]
pub struct TallyView {
    pub count: u64,
    pub sum: MoneyView,
}

/// What was done in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Sums")]
pub struct SumsView {
    pub currency: String,
    pub sold: TallyView,
    pub sold_cash: TallyView,
    pub sold_card_terminal: TallyView,
    pub sold_other: TallyView,
    pub redeemed: TallyView,
    /// Of the redeemed, on the till's own word.
    pub accepted_offline: TallyView,
    pub undone: TallyView,
    /// Of the redeemed, against a rule, with a reason or by PIN.
    pub overrides: TallyView,
    pub refunded: TallyView,
    pub refunded_cash: TallyView,
}

/// What one staff member did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "PersonSums")]
pub struct PersonSumsView {
    pub staff: String,
    pub sums: Vec<SumsView>,
}

/// The cash of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Drawer")]
pub struct DrawerView {
    pub float: MoneyView,
    pub sold_cash: MoneyView,
    pub refunded_cash: MoneyView,
    pub cash_in: MoneyView,
    pub cash_out: MoneyView,
    pub expected: MoneyView,
    pub counted: MoneyView,
    pub difference: MoneyView,
}

/// What a count comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DayCount")]
pub struct DayCountView {
    pub number: u64,
    pub day: String,
    /// For the form that closes it.
    pub through_seq: u64,
    pub totals: Vec<SumsView>,
    pub people: Vec<PersonSumsView>,
    pub drawers: Vec<DrawerView>,
    pub has_difference: bool,
    /// Operations of the day that the server has not answered.
    pub unsent: u64,
}

/// How far a close is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CloseState {
    /// The server has it.
    Confirmed,
    /// On this device's disk, and not sent.
    Waiting,
    /// The server did not take it.
    Refused,
}

/// A line of the list of closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "DayCloseLine")]
pub struct DayCloseRow {
    pub op_id: String,
    /// Pages go on before it.
    pub dev_seq: u64,
    pub number: u64,
    pub day: String,
    pub at: String,
    pub staff: String,
    pub sold: Vec<TallyView>,
    pub redeemed: Vec<TallyView>,
    pub differences: Vec<MoneyView>,
    pub unsent: u64,
    pub state: CloseState,
}

/// A closed day, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "ClosedDay")]
pub struct ClosedDayView {
    pub row: DayCloseRow,
    pub totals: Vec<SumsView>,
    pub people: Vec<PersonSumsView>,
    pub drawers: Vec<DrawerView>,
    pub difference_reason: Option<String>,
    pub unsent_reason: Option<String>,
    /// Operations on vouchers whose value nobody knew here.
    pub unvalued: u64,
}
