//! What the grid asks for when it is saved as a table.

use beadsbox_app::view::{GridColumn, HeadedColumn, ListOrder, PaperLanguage, SortKey, StatusWord, TableForm, VoucherSelection};
use beadsbox_domain::Status;

/// Four columns of these vouchers, in French.
pub fn table(selection: VoucherSelection) -> TableForm {
    let column = |column, heading: &str| HeadedColumn { column, heading: heading.to_owned() };
    TableForm {
        selection,
        order: ListOrder { sort: SortKey::Code, descending: false },
        columns: vec![
            column(GridColumn::Buyer, "Acheteur"),
            column(GridColumn::Code, "Code"),
            column(GridColumn::Status, "État"),
            column(GridColumn::Price, "Valeur"),
        ],
        statuses: vec![StatusWord { status: Status::Purchased, word: "Vendu".to_owned() }],
        payments: Vec::new(),
        paid_online: "Online".to_owned(),
        shop_page: "Shop page".to_owned(),
        title: "Bons".to_owned(),
        language: PaperLanguage::Fr,
    }
}
