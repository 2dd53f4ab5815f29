//! Commands of the templates.

use beadsbox_app::view::{CurrencyView, PaperLanguage, SaveTemplate, TemplateDetail, TemplateForm, TemplateRow};

use super::{Answer, Beads};

/// Every template.
#[tauri::command]
#[specta::specta]
pub async fn templates(program: Beads<'_>, include_archived: bool) -> Answer<Vec<TemplateRow>> {
    program.seat()?.templates(include_archived).await
}

/// Everything about a template.
#[tauri::command]
#[specta::specta]
pub async fn template_detail(program: Beads<'_>, id: String) -> Answer<TemplateDetail> {
    program.seat()?.template_detail(&id).await
}

/// Creates or edits a template.
#[tauri::command]
#[specta::specta]
pub async fn save_template(program: Beads<'_>, save: SaveTemplate) -> Answer<TemplateDetail> {
    program.seat()?.save_template(save).await
}

/// How the voucher of a template will look, as an SVG picture.
#[tauri::command]
#[specta::specta]
pub async fn template_specimen(program: Beads<'_>, form: TemplateForm, language: PaperLanguage) -> Answer<String> {
    program.seat()?.template_specimen(&form, language).await
}

/// Hides a template from sale, or shows it again.
#[tauri::command]
#[specta::specta]
pub async fn archive_template(program: Beads<'_>, id: String, archived: bool) -> Answer<TemplateDetail> {
    program.seat()?.archive_template(&id, archived).await
}

/// Writes a note on a template.
#[tauri::command]
#[specta::specta]
pub async fn note_template(program: Beads<'_>, id: String, text: String) -> Answer<TemplateDetail> {
    program.seat()?.note_template(&id, &text).await
}

/// The currencies of ISO 4217.
#[tauri::command]
#[specta::specta]
pub fn currencies() -> Vec<CurrencyView> {
    beadsbox_app::currencies()
}
