//! Holds handlers, bindings and capabilities together: a command that is added in one place and forgotten in another fails here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mybeadsbox_desktop::COMMANDS;
use serde_json::{Value, json};

const BINDINGS: &str = "ui/src/bindings/commands.ts";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The commands that each window may call.
fn capabilities() -> BTreeMap<String, BTreeSet<String>> {
    let files = fs::read_dir(root().join("capabilities")).unwrap();
    files
        .map(|file| {
            let capability: Value = serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            let permissions = capability["permissions"].as_array().unwrap().iter().map(|permission| permission.as_str().unwrap());
            let commands = permissions.filter_map(|permission| permission.strip_prefix("allow-")).map(|name| name.replace('-', "_"));
            (capability["identifier"].as_str().unwrap().to_owned(), commands.collect())
        })
        .collect()
}

#[test]
fn bindings_are_current() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("commands.ts");
    mybeadsbox_desktop::export(&fresh).unwrap();
    let (fresh, kept) = (fs::read_to_string(fresh).unwrap(), root().join(BINDINGS));
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        fs::write(&kept, &fresh).unwrap();
    }
    let stale = fs::read_to_string(kept).unwrap_or_default() != fresh;
    assert!(!stale, "{BINDINGS} is stale: UPDATE_BINDINGS=1 cargo test --test commands");
}

#[test]
fn every_command_has_a_handler_and_no_handler_is_undeclared() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("commands.ts");
    mybeadsbox_desktop::export(&fresh).unwrap();
    let bindings = fs::read_to_string(fresh).unwrap();
    let invoked: BTreeSet<&str> = bindings
        .split("__TAURI_INVOKE")
        .skip(1)
        .filter_map(|rest| rest.split_once('(').and_then(|(_, rest)| rest.split('"').nth(1)))
        .filter(|name| !name.contains(' '))
        .collect();
    assert_eq!(invoked, COMMANDS.iter().copied().collect(), "handlers in src-tauri/bindings.rs and names in src-tauri/command_names.rs");
}

#[test]
fn every_command_is_allowed_somewhere_and_nothing_else_is() {
    let allowed: BTreeSet<String> = capabilities().into_values().flatten().collect();
    assert_eq!(allowed, COMMANDS.iter().map(|name| (*name).to_owned()).collect());
}

/// What is around the screens, in every window where somebody is signed in.
const SHELL: [&str; 17] = [
    "dress_window",
    "leave_window",
    "zoom",
    "toggle_full_screen",
    "recent_actions",
    "note_action",
    "support_bundle",
    "save_support",
    "open_folder",
    "notification_settings",
    "set_notification_settings",
    "fault_settings",
    "tell_faults",
    "update_state",
    "check_update",
    "install_update",
    "restart_program",
];

/// People's own sign-ins, shops, staff, rules and personal data: in the office alone.
const ADMINISTRATION: [&str; 21] = [
    "change_password",
    "second_factor",
    "begin_second_factor",
    "confirm_second_factor",
    "shop_rows",
    "place_choices",
    "save_shop",
    "add_staff",
    "change_staff",
    "bar_staff",
    "reset_password",
    "remove_second_factor",
    "least_validity",
    "set_least_validity",
    "find_personal_data",
    "save_personal_data",
    "erase_personal_data",
    "admin_acts",
    "shop_page",
    "set_shop_page",
    "settle_shop_order",
];

/// Written out on purpose: whoever gives a window a new command has to say so here as well.
#[test]
#[expect(clippy::too_many_lines, reason = "a list, one line an area")]
fn each_window_may_call_exactly_its_own_commands() {
    let everywhere = ["program_state", "set_preferences"];
    let signed_in = ["sign_out", "status_bar", "sync_now", "scanner_settings", "set_scanner_settings", "scanner_test"];
    let shift = ["current_session", "people", "switch_by_badge", "switch_by_pin", "unlock", "lock", "note_activity", "set_pin"];
    let printing = ["printer_settings", "set_printer_settings", "print_test", "print_receipt", "open_receipt", "open_vouchers"];
    let mail = ["voucher_mails", "mail_voucher", "mail_setup", "set_mail_settings", "set_mail_text", "preview_mail", "send_test_mail"];
    let mail = [&mail[..], &["failed_jobs", "decide_job", "try_jobs_again", "staff_addresses", "set_staff_address"]].concat();
    let expected = [
        (
            "start",
            [&everywhere[..], &["retry_start", "read_enrolment_scan", "enrol", "sign_in"], &["ask_password_reset", "set_forgotten_password"]].concat(),
        ),
        (
            "counter",
            [
                &everywhere[..],
                &signed_in,
                &shift,
                &SHELL,
                &printing,
                &["check_code", "choose_reading", "redeem", "approvers", "redeem_approved", "undo_redemption", "recent_redemptions"],
                &["sale_choices", "sell", "unshown_sale", "sale_shown", "find_reservation", "sell_reservation"],
                &["day", "missed_day", "move_cash", "count_day", "close_day", "day_closes", "closed_day", "open_day_report"],
                &["refused_operations", "acknowledge_refusal", "drives", "save_outbox"],
                &["enter_training", "leave_training", "training_vouchers"],
                &["change_password"],
            ]
            .concat(),
        ),
        (
            "office",
            [
                &everywhere[..],
                &signed_in,
                &shift,
                &SHELL,
                &printing,
                &["open_till", "voucher_page", "voucher_cursor", "voucher_detail", "exchange_choices", "act_on_voucher"],
                &["filter_choices", "grid_memory", "remember_grid", "selection_sums", "find_voucher"],
                &["begin_bulk", "bulk_state", "run_bulk", "stop_bulk", "close_bulk", "bulk_rows", "save_bulk_results"],
                &["save_table", "table_progress", "stop_table", "copy_table"],
                &["open_sheet", "close_sheet", "sheet_lines", "save_refused_lines", "work_progress", "stop_work"],
                &["issue_choices", "check_issue", "issue_batch", "batches", "save_batch", "check_import", "run_import", "last_import"],
                &["templates", "template_detail", "save_template", "template_specimen", "archive_template", "note_template", "currencies"],
                &["conflicts", "settle_conflict", "assign_conflict"],
                &[
                    "end_of_day",
                    "sync_overview",
                    "check_cache",
                    "refused_operations",
                    "acknowledge_refusal",
                    "create_enrolment_code",
                    "change_device",
                    "revoke_device",
                    "quarantine",
                    "decide_quarantine",
                    "shops",
                ],
                &["leave_training", "drives", "save_outbox", "outbox_files", "look_into_outbox_file", "take_in_outbox_file"],
                &["policy", "set_policy", "set_device_limits", "staff", "create_badge", "delete_badge", "open_badge", "set_update_address"],
                &["report_choices", "report", "save_report", "open_report", "accounts", "set_accounts"],
                &mail,
                &ADMINISTRATION,
            ]
            .concat(),
        ),
    ];
    let expected = expected
        .into_iter()
        .map(|(window, commands)| (window.to_owned(), commands.into_iter().map(str::to_owned).collect::<BTreeSet<_>>()));
    assert_eq!(capabilities(), expected.collect());
}

#[test]
fn no_page_may_call_a_plugin() {
    for file in fs::read_dir(root().join("capabilities")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let capability: Value = serde_json::from_str(&text).unwrap();
        for permission in capability["permissions"].as_array().unwrap() {
            let permission = permission.as_str().unwrap();
            let own = permission.starts_with("allow-") || ["core:event:allow-listen", "core:event:allow-unlisten"].contains(&permission);
            assert!(own, "{permission}");
        }
    }
}

/// Written out on purpose, as the commands are: a page loads the program's own files, and sends nothing anywhere but to the program.
#[test]
fn a_page_loads_the_programs_own_files_and_nothing_else() {
    let configuration = |file: &str| -> Value { serde_json::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap() };
    let security = configuration("tauri.conf.json")["app"]["security"].clone();
    // Scripts are under the first of these.
    let policy = json!({
        "default-src": "'self'",
        "connect-src": "ipc: http://ipc.localhost",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    });
    assert_eq!((&security["csp"], &security["freezePrototype"]), (&policy, &Value::Bool(true)));
    for file in ["tauri.macos.conf.json", "tauri.windows.conf.json"] {
        assert_eq!(configuration(file)["app"]["security"], Value::Null, "{file} says nothing else");
    }
}
