//! Each role against each command, as a table. A command that is not in the table fails the test of `src-tauri/command_names.rs`.

use crate::role_calls::table::{FREE, TABLE};
use crate::stage::{Centre, organise};
use beadsbox_app::{
    AppError, ErrorCode, Seat,
    view::{
        AccountsForm, ActionForm, ApprovalForm, AssigneeForm, BadgeForm, BulkForm, BulkReasonForm, BulkWords, CashForm, CloseForm, ConflictFilter, CountForm,
        DeviceForm, DeviceLimitsForm, EnrolmentForm, GridMemory, LimitsForm, ListOrder, MailDraftForm, MailSettingsForm, MailTestForm, MailTextForm, PaperForm,
        PaperLanguage, PolicyForm, PrinterSettings, QuarantineForm, ReportForm, ReportFormat, ReportKind, SaleForm, SaleLine, SaveOutboxForm, SaveTemplate,
        SettleForm, SortKey, StaffAddressForm, TableForm, TableFormat, TakeInForm, TemplateForm, VoucherAction, VoucherFilters, VoucherQuery, VoucherSelection,
    },
};
use beadsbox_domain::{CashMovement, Payment, Settlement, Vat};
use beadsbox_protocol::mail::{MailKind, MailLanguage};

pub const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
fn paper() -> PaperForm {
    PaperForm { voucher_ids: vec![NOBODY.to_owned()], language: PaperLanguage::En, with_price: true }
}

async fn call(seat: &Seat, command: &str) -> Result<(), AppError> {
    let id = NOBODY;
    let text = || "a reason".to_owned();
    match command {
        "choose_reading" => seat.choose_reading(vec![text()]).await.map(drop),
        "redeem" => seat.redeem("0000-0000-00000").await.map(drop),
        "undo_redemption" => seat.undo_redemption(id, id, "a reason").await.map(drop),
        "recent_redemptions" => seat.recent_redemptions().await.map(drop),
        "sale_choices" => seat.sale_choices().await.map(drop),
        "unshown_sale" => seat.unshown_sale().await.map(drop),
        "sale_shown" => seat.sale_shown(id).await,
        "sell" => {
            let (template_id, buyer, none) = (id.to_owned(), "Buyer".to_owned(), String::new);
            let line = SaleLine { template_id, quantity: 1, recipient: none(), message: none() };
            seat.sell(SaleForm { lines: vec![line], buyer, email: none(), mail: None, payment: Payment::Cash, this_shop_only: false })
                .await
                .map(drop)
        }
        "find_reservation" => seat.find_reservation("AAAA-AAAA").await.map(drop),
        "sell_reservation" => seat.sell_reservation("AAAA-AAAA", Payment::Cash).await.map(drop),
        "voucher_page" | "voucher_cursor" | "voucher_detail" | "exchange_choices" | "act_on_voucher" => look_at_one(seat, command).await,
        "templates" | "template_detail" | "save_template" | "template_specimen" | "archive_template" | "note_template" => write_templates(seat, command).await,
        "conflicts" => seat.conflicts(ConflictFilter::default()).await.map(drop),
        "settle_conflict" => {
            let form = SettleForm { conflict_id: id.to_owned(), version: 1, settlement: Settlement::WriteOff, reason: text() };
            seat.settle_conflict(form).await.map(drop)
        }
        "sync_overview" => seat.sync_overview().await.map(drop),
        "check_cache" => seat.check_cache().await.map(drop),
        "refused_operations" => seat.refused_operations().await.map(drop),
        "acknowledge_refusal" => seat.acknowledge_refusal(id).await.map(drop),
        "revoke_device" => seat.revoke_device(id).await.map(drop),
        "quarantine" => seat.quarantine().await.map(drop),
        "decide_quarantine" => {
            let form = QuarantineForm { device_id: id.to_owned(), incarnation: 2, accept: true, reason: text() };
            seat.decide_quarantine(form).await.map(drop)
        }
        "shops" => seat.shops().await.map(drop),
        "filter_choices" | "grid_memory" | "remember_grid" | "selection_sums" | "save_table" | "table_progress" | "stop_table" | "copy_table" => {
            look_at_many(seat, command).await
        }
        "begin_bulk" | "bulk_state" | "run_bulk" | "stop_bulk" | "close_bulk" | "bulk_rows" | "save_bulk_results" => act_on_many(seat, command).await,
        "open_sheet" | "close_sheet" | "sheet_lines" | "save_refused_lines" | "work_progress" | "stop_work" | "issue_choices" | "check_issue"
        | "issue_batch" | "batches" | "save_batch" | "check_import" | "run_import" | "last_import" => crate::role_calls::work_on_tables(seat, command).await,
        "report_choices" | "report" | "save_report" | "open_report" | "accounts" | "set_accounts" => read_books(seat, command).await,
        "end_of_day" => seat.end_of_day(None).await.map(drop),
        "find_voucher" | "recent_actions" | "note_action" | "save_support" | "set_update_address" | "install_update" => shell(seat, command).await,
        other => administer(seat, other).await,
    }
}

async fn shell(seat: &Seat, command: &str) -> Result<(), AppError> {
    match command {
        "find_voucher" => seat.find_voucher("0000-0000-00000".to_owned()).await.map(drop),
        "recent_actions" => seat.recent_actions().await.map(drop),
        "note_action" => seat.note_action("go_vouchers".to_owned()).await.map(drop),
        "save_support" => seat.save_support("counter", std::path::Path::new("/nowhere/at/all.zip")).await,
        "set_update_address" => seat.set_update_address("https://updates.example.org").await.map(drop),
        _ => seat.may_install_update().await,
    }
}

async fn look_at_one(seat: &Seat, command: &str) -> Result<(), AppError> {
    let id = NOBODY;
    match command {
        "voucher_page" | "voucher_cursor" => {
            let query =
                VoucherQuery { search: String::new(), filters: VoucherFilters::default(), sort: SortKey::Code, descending: false, after: None, limit: 1 };
            if command == "voucher_page" {
                seat.voucher_page(query).await.map(drop)
            } else {
                seat.voucher_cursor(query, 1).await.map(drop)
            }
        }
        "voucher_detail" => seat.voucher_detail(id).await.map(drop),
        "exchange_choices" => seat.exchange_choices(id).await.map(drop),
        _ => seat
            .act_on_voucher(ActionForm {
                voucher_id: id.to_owned(),
                action: VoucherAction::Cancel,
                reason: "a reason".to_owned(),
                payment: None,
                expires_on: None,
                template_id: None,
            })
            .await
            .map(drop),
    }
}

async fn write_templates(seat: &Seat, command: &str) -> Result<(), AppError> {
    let id = NOBODY;
    let text = String::new;
    let form = TemplateForm { title: text(), description: text(), price: text(), currency: text(), validity_months: None, vat: Vat::MultiPurpose };
    match command {
        "templates" => seat.templates(true).await.map(drop),
        "template_detail" => seat.template_detail(id).await.map(drop),
        "save_template" => seat.save_template(SaveTemplate { id: None, based_on: None, form }).await.map(drop),
        "template_specimen" => seat.template_specimen(&form, PaperLanguage::En).await.map(drop),
        "note_template" => seat.note_template(id, "a note").await.map(drop),
        _ => seat.archive_template(id, true).await.map(drop),
    }
}

fn nobody() -> VoucherSelection {
    VoucherSelection::These { ids: vec![NOBODY.to_owned()] }
}

const ORDER: ListOrder = ListOrder { sort: SortKey::Code, descending: false };

async fn look_at_many(seat: &Seat, command: &str) -> Result<(), AppError> {
    let form = || TableForm {
        selection: nobody(),
        order: ORDER,
        columns: Vec::new(),
        statuses: Vec::new(),
        payments: Vec::new(),
        paid_online: "Online".to_owned(),
        shop_page: "Shop page".to_owned(),
        title: "Vouchers".to_owned(),
        language: PaperLanguage::En,
    };
    match command {
        "filter_choices" => seat.filter_choices().await.map(drop),
        "grid_memory" => seat.grid_memory().await.map(drop),
        "remember_grid" => seat.remember_grid(GridMemory::default()).await.map(drop),
        "selection_sums" => seat.selection_sums(nobody()).await.map(drop),
        "table_progress" => seat.table_progress().map(drop),
        "stop_table" => seat.stop_table(),
        "copy_table" => seat.copy_table(form()).await.map(drop),
        _ => seat.save_table(form(), TableFormat::Csv, std::path::Path::new("/nowhere/at/all.csv")).await.map(drop),
    }
}

async fn act_on_many(seat: &Seat, command: &str) -> Result<(), AppError> {
    let none = String::new;
    let (title, code, result, reason, recorded, refused, left) = (none(), none(), none(), none(), none(), none(), none());
    let words = BulkWords { title, code, result, reason, recorded, refused, left, reasons: Vec::new(), language: PaperLanguage::En };
    match command {
        "begin_bulk" => seat.begin_bulk(BulkForm { selection: nobody(), order: ORDER, action: VoucherAction::Cancel }).await.map(drop),
        "bulk_state" => seat.bulk_state().map(drop),
        "run_bulk" => seat.run_bulk(BulkReasonForm { reason: "a reason".to_owned(), payment: None, expires_on: None }).await.map(drop),
        "stop_bulk" => seat.stop_bulk().map(drop),
        "close_bulk" => seat.close_bulk(),
        "bulk_rows" => seat.bulk_rows(0, 1).map(drop),
        _ => seat.save_bulk_results(words, std::path::Path::new("/nowhere/at/all.csv")).await,
    }
}

async fn read_books(seat: &Seat, command: &str) -> Result<(), AppError> {
    let form = ReportForm {
        report: ReportKind::Liability,
        from: "2026-01-01".to_owned(),
        to: "2026-01-31".to_owned(),
        by: None,
        split: None,
        currency: None,
        shop: None,
        template: None,
        language: PaperLanguage::En,
    };
    match command {
        "report_choices" => seat.report_choices().await.map(drop),
        "report" => seat.report(form).await.map(drop),
        "save_report" => {
            let file = seat.report_file(form, ReportFormat::Csv).await?;
            seat.save_report(file, std::path::Path::new("/nowhere/at/all.csv")).await
        }
        "open_report" => seat.report_paper(form).await.map(drop),
        "accounts" => seat.accounts().await.map(drop),
        _ => seat.set_accounts(AccountsForm { row_version: 0, accounts: Vec::new() }).await.map(drop),
    }
}

async fn run_till(seat: &Seat, command: &str) -> Result<(), AppError> {
    let text = || "a reason".to_owned();
    match command {
        "day" => seat.day().await.map(drop),
        "missed_day" => seat.missed_day().await.map(drop),
        "move_cash" => {
            let form = CashForm { movement: CashMovement::In, currency: "EUR".to_owned(), amount: "0".to_owned(), reason: text() };
            seat.move_cash(form).await.map(drop)
        }
        "count_day" => seat.count_day(CountForm { counted: Vec::new() }).await.map(drop),
        "close_day" => {
            let form = CloseForm { counted: Vec::new(), through_seq: u64::MAX, difference_reason: text(), unsent_reason: text(), language: PaperLanguage::En };
            seat.close_day(form).await.map(drop)
        }
        "day_closes" => seat.day_closes(None).await.map(drop),
        "closed_day" => seat.closed_day(NOBODY).await.map(drop),
        "open_day_report" => seat.day_report(NOBODY).await.map(drop),
        other => print(seat, other).await,
    }
}

async fn write_mail(seat: &Seat, command: &str) -> Result<(), AppError> {
    let (kind, language) = (MailKind::Voucher, MailLanguage::En);
    let draft = || MailDraftForm { kind, language, subject: "x".to_owned(), body: "y".to_owned() };
    match command {
        "voucher_mails" => seat.voucher_mails(NOBODY).await.map(drop),
        "mail_voucher" => seat.mail_voucher(NOBODY).await.map(drop),
        "mail_setup" => seat.mail_setup().await.map(drop),
        "set_mail_settings" => seat
            .set_mail_settings(MailSettingsForm { row_version: 0, at_sale: true, language, reminder_days: None })
            .await
            .map(drop),
        "set_mail_text" => seat.set_mail_text(MailTextForm { draft: draft(), row_version: 9, back: false }).await.map(drop),
        "preview_mail" => seat.preview_mail(draft()).await.map(drop),
        "send_test_mail" => seat.send_test_mail(MailTestForm { draft: draft(), to: "ada@example.org".to_owned() }).await,
        "failed_jobs" => seat.failed_jobs().await.map(drop),
        "decide_job" => seat.decide_job(NOBODY, true).await,
        "try_jobs_again" => seat.try_jobs_again(None).await,
        "staff_addresses" => seat.staff_addresses().await.map(drop),
        "set_staff_address" => seat.set_staff_address(StaffAddressForm { staff_id: NOBODY.to_owned(), email: String::new() }).await,
        other => panic!("the table has no call for {other}"),
    }
}

async fn administer(seat: &Seat, command: &str) -> Result<(), AppError> {
    let id = NOBODY;
    let limits = || LimitsForm { highest_value: "1".to_owned(), most_redemptions: 1, most_value: "1".to_owned(), most_hours_since_sync: 1 };
    match command {
        "policy" => seat.policy().await.map(drop),
        "assign_conflict" => {
            let form = AssigneeForm { conflict_id: id.to_owned(), version: 0, staff_id: None };
            seat.assign_conflict(form).await.map(drop)
        }
        "create_enrolment_code" => {
            let form = EnrolmentForm { shop_id: id.to_owned(), device_name: String::new() };
            seat.create_enrolment_code(form).await.map(drop)
        }
        "change_device" => {
            let form = DeviceForm { device_id: id.to_owned(), row_version: 1, name: "Till".to_owned(), shop_id: id.to_owned() };
            seat.change_device(form).await.map(drop)
        }
        "set_policy" => {
            let form = PolicyForm {
                row_version: 0,
                counter_undo_minutes: 1,
                office_undo_days: 1,
                expiry_grace_hours: 1,
                offline_sign_in_days: 1,
                lock_after_minutes: 1,
                admins_need_second_factor: false,
                buyers_kept_months: 0,
                limits: limits(),
            };
            seat.set_policy(form).await.map(drop)
        }
        "set_device_limits" => seat
            .set_device_limits(DeviceLimitsForm { device_id: id.to_owned(), row_version: 0, limits: Some(limits()) })
            .await
            .map(drop),
        "staff" => seat.staff().await.map(drop),
        "create_badge" => seat.create_badge(id).await.map(drop),
        "delete_badge" => seat.delete_badge(id).await,
        "approvers" => seat.approvers().await.map(drop),
        "redeem_approved" => seat
            .redeem_approved(ApprovalForm { code: "0000-0000-00000".to_owned(), staff_id: id.to_owned(), pin: "402817".to_owned() })
            .await
            .map(drop),
        other => match organise::call(seat, other).await {
            Some(called) => called,
            None => run_till(seat, other).await,
        },
    }
}

async fn print(seat: &Seat, command: &str) -> Result<(), AppError> {
    match command {
        "training_vouchers" => seat.training_vouchers().await.map(drop),
        "drives" => seat.drives().await.map(drop),
        "save_outbox" => seat.save_outbox(SaveOutboxForm { folder: "nowhere".to_owned(), everything: false }).await.map(drop),
        "outbox_files" => seat.outbox_files().await.map(drop),
        "look_into_outbox_file" => seat.look_into_outbox_file("nowhere".to_owned()).await.map(drop),
        "take_in_outbox_file" => seat.take_in_outbox_file(TakeInForm { path: "nowhere".to_owned(), digest: String::new() }).await.map(drop),
        "printer_settings" => seat.printer_settings().await.map(drop),
        "set_printer_settings" => seat.set_printer_settings(PrinterSettings::default()).await.map(drop),
        "print_test" => seat.print_test(PrinterSettings::default(), PaperLanguage::En).await,
        "print_receipt" => seat.print_receipt(&paper()).await,
        "open_receipt" => seat.receipt_paper(&paper()).await.map(drop),
        "open_vouchers" => seat.voucher_papers(&paper()).await.map(drop),
        "open_badge" => {
            let form = BadgeForm { staff_id: NOBODY.to_owned(), badge: format!("MBBB1:{}", "0".repeat(40)), language: PaperLanguage::En };
            seat.badge_paper(&form).await.map(drop)
        }
        other => write_mail(seat, other).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_call_exactly_its_commands() {
    let centre = Centre::open().await;
    let mut wrong = Vec::new();
    for (person, role) in crate::stage::PEOPLE {
        let till = centre.till("Montmartre", person).await;
        for (command, allowed) in TABLE {
            let barred = call(&till.seat(), command).await.is_err_and(|error| error.code == ErrorCode::RoleNotAllowed);
            if barred == allowed.contains(&role) {
                wrong.push(format!("{role:?} {command}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_command_of_the_shell_is_in_the_table() {
    let names = include_str!("../../../../src-tauri/command_names.rs");
    let declared: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
    let known: Vec<&str> = TABLE.iter().map(|(name, _)| *name).chain(FREE.iter().copied()).collect();
    let missing: Vec<&&str> = declared.iter().filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty() && declared.len() == known.len(), "{missing:?}, {} declared, {} known", declared.len(), known.len());
}
