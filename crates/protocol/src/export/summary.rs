//! What is in a file, in numbers that a person can compare with the till's report before anything is sent.

use beadsbox_domain::{Money, Operation, Timestamp, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::body::OperationBody;

/// How many operations of each kind, and what was sold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// All of them.
    pub operations: u64,
    /// Sales.
    pub sales: u64,
    /// Redemptions that were asked for or honoured.
    pub redemptions: u64,
    /// Closed days.
    pub closes: u64,
    /// Buyers whose data goes along.
    pub buyers: u64,
    /// When the first was recorded, by the device's clock.
    pub first_at: Option<Timestamp>,
    /// When the last was recorded.
    pub last_at: Option<Timestamp>,
    /// What was sold, by currency.
    pub sold: Vec<CurrencySum>,
}

/// The sum of sales in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencySum {
    /// How many sales.
    pub sales: u64,
    /// Their sum.
    pub sum: Money,
}

impl Summary {
    /// Counts one more. One that this program cannot read counts as an operation and no more.
    pub fn count(&mut self, body: &str) -> Result<(), MoneyError> {
        self.operations += 1;
        let Ok(body) = OperationBody::decode(body) else { return Ok(()) };
        self.first_at = self.first_at.or(Some(body.at));
        self.last_at = Some(body.at);
        match &body.operation {
            // What another system sold is no money of this till's.
            Operation::Sell { snapshot, imported: None, .. } => {
                self.sales += 1;
                self.add_sold(snapshot.price)?;
            }
            Operation::Redeem { .. } => self.redemptions += 1,
            Operation::CloseDay { .. } => self.closes += 1,
            _ => {}
        }
        Ok(())
    }

    fn add_sold(&mut self, price: Money) -> Result<(), MoneyError> {
        if let Some(sold) = self.sold.iter_mut().find(|sold| sold.sum.currency == price.currency) {
            (sold.sales, sold.sum) = (sold.sales + 1, sold.sum.checked_add(price)?);
        } else {
            self.sold.push(CurrencySum { sales: 1, sum: price });
        }
        Ok(())
    }
}
