//! The page's typed bindings, generated from the commands. `cargo test` fails when the checked-in file is stale;
//! `UPDATE_BINDINGS=1 cargo test -p mybeadsbox bindings` writes it.

use std::path::Path;

use tauri_specta::{Builder, collect_commands, collect_events};

use crate::{
    commands::{admin, conflicts, day, everywhere, grid, issue, outbox_file, printing, reports, sheets, shift, start, templates, till, training, vouchers},
    events::{DataChanged, PreferencesChanged, ScannerChanged, SessionChanged, StatusChanged},
};

/// Commands and events, as the page sees them.
#[expect(clippy::too_many_lines, reason = "a list, one line a command")]
pub fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        // Every number that crosses is far below 2^53: minor units, counters, versions.
        .dangerously_cast_bigints_to_number()
        // No type of the screens is written one way and read another.
        .disable_serde_phases()
        .commands(collect_commands![
            everywhere::program_state,
            everywhere::set_preferences,
            everywhere::scanner_settings,
            everywhere::set_scanner_settings,
            everywhere::scanner_test,
            everywhere::sign_out,
            everywhere::status_bar,
            everywhere::sync_now,
            start::retry_start,
            start::read_enrolment_scan,
            start::enrol,
            start::sign_in,
            shift::current_session,
            shift::people,
            shift::switch_by_badge,
            shift::switch_by_pin,
            shift::unlock,
            shift::lock,
            shift::note_activity,
            shift::set_pin,
            till::check_code,
            till::choose_reading,
            till::redeem,
            till::approvers,
            till::redeem_approved,
            till::undo_redemption,
            till::recent_redemptions,
            till::sale_templates,
            till::sell,
            day::day,
            day::missed_day,
            day::move_cash,
            day::count_day,
            day::close_day,
            day::day_closes,
            day::closed_day,
            day::open_day_report,
            printing::printer_settings,
            printing::set_printer_settings,
            printing::print_test,
            printing::print_receipt,
            printing::open_receipt,
            printing::open_vouchers,
            vouchers::open_till,
            vouchers::voucher_page,
            vouchers::voucher_cursor,
            vouchers::voucher_detail,
            vouchers::exchange_choices,
            vouchers::act_on_voucher,
            grid::filter_choices,
            grid::grid_memory,
            grid::remember_grid,
            grid::selection_sums,
            grid::begin_bulk,
            grid::bulk_state,
            grid::run_bulk,
            grid::stop_bulk,
            grid::close_bulk,
            grid::bulk_rows,
            grid::save_bulk_results,
            grid::save_table,
            grid::table_progress,
            grid::stop_table,
            grid::copy_table,
            sheets::open_sheet,
            sheets::close_sheet,
            sheets::sheet_lines,
            sheets::save_refused_lines,
            sheets::work_progress,
            sheets::stop_work,
            issue::issue_choices,
            issue::check_issue,
            issue::issue_batch,
            issue::batches,
            issue::save_batch,
            issue::check_import,
            issue::run_import,
            templates::templates,
            templates::template_detail,
            templates::save_template,
            templates::archive_template,
            templates::currencies,
            conflicts::conflicts,
            conflicts::settle_conflict,
            conflicts::assign_conflict,
            admin::end_of_day,
            admin::sync_overview,
            admin::check_cache,
            admin::refused_operations,
            admin::acknowledge_refusal,
            training::enter_training,
            training::leave_training,
            training::training_vouchers,
            outbox_file::drives,
            outbox_file::save_outbox,
            outbox_file::outbox_files,
            outbox_file::look_into_outbox_file,
            outbox_file::take_in_outbox_file,
            admin::create_enrolment_code,
            admin::change_device,
            admin::revoke_device,
            admin::quarantine,
            admin::decide_quarantine,
            admin::shops,
            admin::policy,
            admin::set_policy,
            admin::set_device_limits,
            admin::staff,
            admin::create_badge,
            admin::delete_badge,
            printing::open_badge,
            reports::report_choices,
            reports::report,
            reports::save_report,
            reports::open_report,
            reports::accounts,
            reports::set_accounts,
        ])
        .events(collect_events![StatusChanged, DataChanged, PreferencesChanged, ScannerChanged, SessionChanged])
}

/// Writes the bindings.
pub fn export(path: &Path) -> anyhow::Result<()> {
    let header = "// Generated from src-tauri/commands by the test `bindings_are_current`. Do not edit.\n/* eslint-disable */\n";
    builder()
        .export(specta_typescript::Typescript::default().header(header), path)
        .map_err(|error| anyhow::anyhow!("{error}"))
}
