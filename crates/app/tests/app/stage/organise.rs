//! The commands of the administration, one call each.

use beadsbox_app::{
    AppError, Seat,
    view::{
        ErasureForm, LeastValidityForm, NewStaffForm, OrderSettlementForm, PaperLanguage, PersonExportForm, PersonFormat, SecondFactorRemovalForm, ShopForm,
        ShopPageForm, StaffForm,
    },
};
use beadsbox_domain::Role;

/// Calls that command with the least that it takes; none where it is another one.
pub async fn call(seat: &Seat, command: &str) -> Option<Result<(), AppError>> {
    let (id, text) = (uuid::Uuid::nil().to_string(), || "a reason".to_owned());
    let called = match command {
        "shop_rows" => seat.shop_rows().await.map(drop),
        "place_choices" => seat.place_choices().map(drop),
        "save_shop" => {
            let (name, time_zone, country, address) = (String::new(), String::new(), String::new(), String::new());
            seat.save_shop(ShopForm { id: None, row_version: 0, name, time_zone, country, address, closed: false }).await.map(drop)
        }
        "add_staff" => seat.add_staff(NewStaffForm { name: String::new(), role: Role::Counter }).await.map(drop),
        "change_staff" => seat.change_staff(StaffForm { id, row_version: 1, name: "Zoé".to_owned(), role: Role::Counter }).await,
        "bar_staff" => seat.bar_staff(&id, true).await,
        "reset_password" => seat.reset_password(&id).await.map(drop),
        "remove_second_factor" => seat.remove_second_factor(SecondFactorRemovalForm { staff_id: id, reason: text() }).await,
        "least_validity" => seat.least_validity().await.map(drop),
        "set_least_validity" => seat.set_least_validity(LeastValidityForm { row_version: 0, rows: Vec::new() }).await.map(drop),
        "find_personal_data" => seat.find_personal_data("Zazie".to_owned()).await.map(drop),
        "save_personal_data" => {
            let form = PersonExportForm { hashes: Vec::new(), format: PersonFormat::Json, language: PaperLanguage::En };
            seat.personal_data_file(form).await.map(drop)
        }
        "erase_personal_data" => seat.erase_personal_data(ErasureForm { hashes: Vec::new(), reason: text() }).await.map(drop),
        "admin_acts" => seat.admin_acts(None).await.map(drop),
        "shop_page" => seat.shop_page().await.map(drop),
        "set_shop_page" => seat.set_shop_page(ShopPageForm { row_version: 0, shop_id: None, hold_hours: 1 }).await.map(drop),
        "settle_shop_order" => seat.settle_shop_order(OrderSettlementForm { order_id: id, reason: text(), reversal: None }).await.map(drop),
        _ => return None,
    };
    Some(called)
}
