use beadsbox_domain::Status;
use beadsbox_protocol::shop_page::{OrderTrouble, PaymentReversal, ReversalState, ReversedVoucher};
use serde::{Deserialize, Serialize};

use super::{MoneyView, NamedId};

/// The shop page, as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "ShopPage")]
pub struct ShopPageView {
    /// For which shop it sells; none while it is closed.
    pub shop: Option<NamedId>,
    /// For how many hours a voucher is held that is paid in the shop.
    pub hold_hours: u16,
    pub most_hold_hours: u16,
    pub row_version: u64,
    /// Where browsers reach it, as far as the server was told.
    pub address: Option<String>,
    /// Whether the server takes cards; else everything is paid in the shop.
    pub takes_cards: bool,
    /// How many vouchers it offers.
    pub on_sale: u64,
    /// How many orders wait for their payment.
    pub waiting: u64,
    /// Orders at which somebody has to look, the oldest first.
    pub orders: Vec<TroubledOrderRow>,
    /// How many there are; more than are shown, perhaps.
    pub orders_total: u64,
    /// Money that went back at the payment provider, or is asked back, and at which somebody has to look, the oldest first.
    pub reversals: Vec<ReversalRow>,
    pub reversals_total: u64,
    /// For which it may sell: those that are open.
    pub shops: Vec<NamedId>,
}

/// An order at which somebody has to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "TroubledOrder")]
pub struct TroubledOrderRow {
    /// Also stands at its payment at the provider.
    pub id: String,
    pub trouble: OrderTrouble,
    /// In two groups.
    pub reservation: String,
    pub title: String,
    pub price: MoneyView,
    pub ordered_at: String,
    /// The payment at the provider, as far as it is known.
    pub payment: Option<String>,
}

/// What is to be done about money that went back, or is asked back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ReversalAdvice {
    /// There is no voucher, or it stands for nothing any more and the books say so.
    Nothing,
    /// The voucher is valid and its money is back with the buyer: cancel it, and record the refund.
    CancelAndRefund,
    /// It is cancelled: record the refund.
    RecordRefund,
    /// A part is back: the buyer knows what the voucher is to be.
    AskTheBuyer,
    /// It can still be used while the bank decides.
    AnswerValid,
    /// It cannot be used while the bank decides.
    Answer,
    /// The bank took the money: record the chargeback, which ends a voucher that is still valid.
    RecordChargeback,
    /// It was used, or is over, and its money is back with the buyer all the same.
    Settled,
    /// The money stays, and so does the voucher.
    Keeps,
    /// The money stays, and the voucher was ended meanwhile.
    IssueAnother,
    /// The money was to go back and did not, and the voucher can still be used.
    RefundAgainOrKeep,
    /// The money was to go back and did not, and no voucher stands for it.
    RefundAgain,
}

impl ReversalAdvice {
    /// What is to be done about it now.
    pub(crate) fn about(reversal: &PaymentReversal) -> Self {
        match &reversal.voucher {
            Some(voucher) if reversal.failed && matches!(voucher.status, Status::Purchased | Status::Replaced) => Self::RefundAgainOrKeep,
            _ if reversal.failed => Self::RefundAgain,
            voucher => Self::of(reversal.state, voucher.as_ref()),
        }
    }

    /// By what became of the money, and where the voucher stands.
    fn of(state: ReversalState, voucher: Option<&ReversedVoucher>) -> Self {
        let Some(voucher) = voucher else {
            return match state {
                ReversalState::Disputed => Self::Answer,
                _ => Self::Nothing,
            };
        };
        let is_ended = matches!(voucher.status, Status::Cancelled | Status::Refunded);
        match state {
            ReversalState::Disputed if voucher.status == Status::Purchased => Self::AnswerValid,
            ReversalState::Disputed => Self::Answer,
            ReversalState::Won if is_ended => Self::IssueAnother,
            ReversalState::Won => Self::Keeps,
            // On another voucher, if this one was replaced.
            ReversalState::Lost if voucher.charged_back || voucher.status == Status::Refunded => Self::Nothing,
            ReversalState::Lost => Self::RecordChargeback,
            ReversalState::Refunded | ReversalState::PartlyRefunded if voucher.status == Status::Refunded => Self::Nothing,
            ReversalState::PartlyRefunded => Self::AskTheBuyer,
            ReversalState::Refunded => match voucher.status {
                Status::Purchased | Status::Replaced => Self::CancelAndRefund,
                Status::Cancelled => Self::RecordRefund,
                Status::Used | Status::Expired | Status::Refunded => Self::Settled,
            },
        }
    }
}

/// Money of an order that went back, is asked back, or was to go back and did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "PaymentReversal")]
pub struct ReversalRow {
    /// At the provider.
    pub id: String,
    pub order_id: String,
    pub state: ReversalState,
    /// It was to be refunded as the state says, and did not reach the buyer.
    pub failed: bool,
    pub advice: ReversalAdvice,
    /// Refunded so far, or disputed.
    pub amount: MoneyView,
    /// Until when the provider takes an answer.
    pub answer_by: Option<String>,
    /// When the provider told of it as it is now.
    pub told_at: String,
    /// In two groups.
    pub reservation: String,
    pub title: String,
    pub price: MoneyView,
    pub ordered_at: String,
    /// The payment at the provider, as far as it is known.
    pub payment: Option<String>,
    /// The voucher that the order has.
    pub voucher_id: Option<String>,
    pub status: Option<Status>,
}

/// What the shop page is to be.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct ShopPageForm {
    /// The version that was read.
    pub row_version: u64,
    /// None to sell nothing.
    pub shop_id: Option<String>,
    pub hold_hours: u32,
}

/// What somebody did about an order.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct OrderSettlementForm {
    pub order_id: String,
    pub reason: String,
    /// The money of it that went back, as it was shown; none for its own trouble.
    pub reversal: Option<SeenReversalForm>,
}

/// Money that went back, as it was shown.
#[derive(Debug, Clone, Deserialize, specta::Type)]
#[serde(rename = "SeenReversal")]
pub struct SeenReversalForm {
    pub id: String,
    pub told_at: String,
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::VoucherId;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    #[rstest]
    #[case(ReversalState::Refunded, None, ReversalAdvice::Nothing)]
    #[case(ReversalState::Disputed, None, ReversalAdvice::Answer)]
    #[case(ReversalState::Refunded, Some(Status::Purchased), ReversalAdvice::CancelAndRefund)]
    #[case(ReversalState::Refunded, Some(Status::Replaced), ReversalAdvice::CancelAndRefund)]
    #[case(ReversalState::Refunded, Some(Status::Cancelled), ReversalAdvice::RecordRefund)]
    #[case(ReversalState::Refunded, Some(Status::Used), ReversalAdvice::Settled)]
    #[case(ReversalState::Refunded, Some(Status::Refunded), ReversalAdvice::Nothing)]
    #[case(ReversalState::PartlyRefunded, Some(Status::Purchased), ReversalAdvice::AskTheBuyer)]
    #[case(ReversalState::Disputed, Some(Status::Purchased), ReversalAdvice::AnswerValid)]
    #[case(ReversalState::Disputed, Some(Status::Used), ReversalAdvice::Answer)]
    #[case(ReversalState::Won, Some(Status::Purchased), ReversalAdvice::Keeps)]
    #[case(ReversalState::Won, Some(Status::Used), ReversalAdvice::Keeps)]
    #[case(ReversalState::Won, Some(Status::Cancelled), ReversalAdvice::IssueAnother)]
    #[case(ReversalState::Lost, Some(Status::Purchased), ReversalAdvice::RecordChargeback)]
    #[case(ReversalState::Lost, Some(Status::Used), ReversalAdvice::RecordChargeback)]
    #[case(ReversalState::Lost, Some(Status::Refunded), ReversalAdvice::Nothing)]
    fn what_is_to_be_done(#[case] state: ReversalState, #[case] status: Option<Status>, #[case] advice: ReversalAdvice) {
        let voucher = status.map(|status| ReversedVoucher { id: VoucherId(Uuid::nil()), status, charged_back: false });
        assert_eq!(ReversalAdvice::of(state, voucher.as_ref()), advice);
    }

    #[test]
    fn a_chargeback_is_recorded_once() {
        let voucher = ReversedVoucher { id: VoucherId(Uuid::nil()), status: Status::Used, charged_back: true };
        assert_eq!(ReversalAdvice::of(ReversalState::Lost, Some(&voucher)), ReversalAdvice::Nothing);
    }
}
