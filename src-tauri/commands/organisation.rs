//! Commands of the administration: shops, people, rules, personal data.

use beadsbox_app::view::{
    AdminActRow, ErasedView, ErasureForm, LeastValidityForm, NewStaffForm, OneTimePasswordView, OrderSettlementForm, PersonExportForm, PersonFormat,
    PersonsFound, PlaceChoices, SecondFactorRemovalForm, ShopForm, ShopPageForm, ShopPageView, ShopRow, StaffForm,
};
use tauri::WebviewWindow;

use super::{Answer, Beads};
use crate::save_dialog;

/// Every shop, with the devices in it.
#[tauri::command]
#[specta::specta]
pub async fn shop_rows(program: Beads<'_>) -> Answer<Vec<ShopRow>> {
    program.seat()?.shop_rows().await
}

/// The time zones and countries that a shop may have.
#[tauri::command]
#[specta::specta]
pub async fn place_choices(program: Beads<'_>) -> Answer<PlaceChoices> {
    program.seat()?.place_choices()
}

/// Adds a shop, or sets one whole.
#[tauri::command]
#[specta::specta]
pub async fn save_shop(program: Beads<'_>, form: ShopForm) -> Answer<Vec<ShopRow>> {
    program.seat()?.save_shop(form).await
}

/// Adds a staff member, with a one-time password that is shown this once.
#[tauri::command]
#[specta::specta]
pub async fn add_staff(program: Beads<'_>, form: NewStaffForm) -> Answer<OneTimePasswordView> {
    program.seat()?.add_staff(form).await
}

/// Changes a staff member's name and role.
#[tauri::command]
#[specta::specta]
pub async fn change_staff(program: Beads<'_>, form: StaffForm) -> Answer<()> {
    program.seat()?.change_staff(form).await
}

/// Bars a staff member, or lets them in again.
#[tauri::command]
#[specta::specta]
pub async fn bar_staff(program: Beads<'_>, staff_id: String, barred: bool) -> Answer<()> {
    program.seat()?.bar_staff(&staff_id, barred).await
}

/// Makes a one-time password for a staff member, shown this once.
#[tauri::command]
#[specta::specta]
pub async fn reset_password(program: Beads<'_>, staff_id: String) -> Answer<OneTimePasswordView> {
    program.seat()?.reset_password(&staff_id).await
}

/// Takes another person's second factor away.
#[tauri::command]
#[specta::specta]
pub async fn remove_second_factor(program: Beads<'_>, form: SecondFactorRemovalForm) -> Answer<()> {
    program.seat()?.remove_second_factor(form).await
}

/// The least validity of vouchers by country.
#[tauri::command]
#[specta::specta]
pub async fn least_validity(program: Beads<'_>) -> Answer<LeastValidityForm> {
    program.seat()?.least_validity().await
}

/// Sets the least validity of vouchers by country.
#[tauri::command]
#[specta::specta]
pub async fn set_least_validity(program: Beads<'_>, form: LeastValidityForm) -> Answer<LeastValidityForm> {
    program.seat()?.set_least_validity(form).await
}

/// What is held on people of that name or e-mail address.
#[tauri::command]
#[specta::specta]
pub async fn find_personal_data(program: Beads<'_>, text: String) -> Answer<PersonsFound> {
    program.seat()?.find_personal_data(text).await
}

/// Saves what is held on somebody where the admin says. The file's name; none where they closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn save_personal_data(window: WebviewWindow, program: Beads<'_>, form: PersonExportForm) -> Answer<Option<String>> {
    let kind = match form.format {
        PersonFormat::Json => save_dialog::JSON,
        PersonFormat::Csv => save_dialog::CSV,
    };
    let file = program.seat()?.personal_data_file(form).await?;
    let Some(path) = save_dialog::ask(&window, &file.name, kind).await else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    program.seat()?.save_personal_data(file, &path).await?;
    Ok(Some(name))
}

/// Erases what is held on somebody, everywhere.
#[tauri::command]
#[specta::specta]
pub async fn erase_personal_data(program: Beads<'_>, form: ErasureForm) -> Answer<ErasedView> {
    program.seat()?.erase_personal_data(form).await
}

/// What admins did: the newest hundred, of those before one where it is named.
#[tauri::command]
#[specta::specta]
pub async fn admin_acts(program: Beads<'_>, before: Option<String>) -> Answer<Vec<AdminActRow>> {
    program.seat()?.admin_acts(before).await
}

/// The shop page, and the orders at which somebody has to look.
#[tauri::command]
#[specta::specta]
pub async fn shop_page(program: Beads<'_>) -> Answer<ShopPageView> {
    program.seat()?.shop_page().await
}

/// Opens the shop page for a shop, or closes it.
#[tauri::command]
#[specta::specta]
pub async fn set_shop_page(program: Beads<'_>, form: ShopPageForm) -> Answer<ShopPageView> {
    program.seat()?.set_shop_page(form).await
}

/// Notes that somebody dealt with an order of the shop page.
#[tauri::command]
#[specta::specta]
pub async fn settle_shop_order(program: Beads<'_>, form: OrderSettlementForm) -> Answer<ShopPageView> {
    program.seat()?.settle_shop_order(form).await
}
