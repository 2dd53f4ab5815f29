// This file is generated from the commands in src-tauri. Do not edit it by hand.

import { invoke as TAURI_INVOKE } from '@tauri-apps/api/core';
import * as TAURI_API_EVENT from '@tauri-apps/api/event';

export const commands = {
  async programState(): Promise<ProgramState> {
    return await TAURI_INVOKE('program_state');
  },
  async setPreferences(preferences: Preferences): Promise<Result<Preferences, AppError>> {
    return await typedError<Preferences>(TAURI_INVOKE('set_preferences', { preferences }));
  },
  async retryStart(): Promise<ProgramState> {
    return await TAURI_INVOKE('retry_start');
  },
  async enrol(form: EnrolForm): Promise<Result<ProgramState, AppError>> {
    return await typedError<ProgramState>(TAURI_INVOKE('enrol', { form }));
  },
  async signIn(form: SignInForm): Promise<Result<Session, AppError>> {
    return await typedError<Session>(TAURI_INVOKE('sign_in', { form }));
  },
  async signOut(): Promise<Result<null, AppError>> {
    return await typedError<null>(TAURI_INVOKE('sign_out'));
  },
  async statusBar(): Promise<Result<StatusBar, AppError>> {
    return await typedError<StatusBar>(TAURI_INVOKE('status_bar'));
  },
  async syncNow(): Promise<Result<StatusBar, AppError>> {
    return await typedError<StatusBar>(TAURI_INVOKE('sync_now'));
  },
  async checkCode(text: string): Promise<CodeCheck> {
    return await TAURI_INVOKE('check_code', { text });
  },
  async redeem(code: string): Promise<Result<RedeemAnswer, AppError>> {
    return await typedError<RedeemAnswer>(TAURI_INVOKE('redeem', { code }));
  },
  async undoRedemption(voucherId: Uuid, redemption: Uuid, reason: string): Promise<Result<RecentRedemption[], AppError>> {
    return await typedError<RecentRedemption[]>(TAURI_INVOKE('undo_redemption', { voucherId, redemption, reason }));
  },
  async recentRedemptions(): Promise<Result<RecentRedemption[], AppError>> {
    return await typedError<RecentRedemption[]>(TAURI_INVOKE('recent_redemptions'));
  },
  async saleTemplates(): Promise<Result<TemplateCard[], AppError>> {
    return await typedError<TemplateCard[]>(TAURI_INVOKE('sale_templates'));
  },
  async sell(form: SaleForm): Promise<Result<SaleReceipt, AppError>> {
    return await typedError<SaleReceipt>(TAURI_INVOKE('sell', { form }));
  },
  async openTill(): Promise<Result<null, AppError>> {
    return await typedError<null>(TAURI_INVOKE('open_till'));
  },
  async voucherPage(query: VoucherQuery): Promise<Result<VoucherPage, AppError>> {
    return await typedError<VoucherPage>(TAURI_INVOKE('voucher_page', { query }));
  },
  async voucherDetail(id: Uuid): Promise<Result<VoucherDetail, AppError>> {
    return await typedError<VoucherDetail>(TAURI_INVOKE('voucher_detail', { id }));
  },
  async actOnVoucher(form: ActionForm): Promise<Result<VoucherDetail, AppError>> {
    return await typedError<VoucherDetail>(TAURI_INVOKE('act_on_voucher', { form }));
  },
  async templates(includeArchived: boolean): Promise<Result<TemplateRow[], AppError>> {
    return await typedError<TemplateRow[]>(TAURI_INVOKE('templates', { includeArchived }));
  },
  async templateDetail(id: Uuid): Promise<Result<TemplateDetail, AppError>> {
    return await typedError<TemplateDetail>(TAURI_INVOKE('template_detail', { id }));
  },
  async saveTemplate(save: SaveTemplate): Promise<Result<TemplateDetail, AppError>> {
    return await typedError<TemplateDetail>(TAURI_INVOKE('save_template', { save }));
  },
  async archiveTemplate(id: Uuid, archived: boolean): Promise<Result<TemplateDetail, AppError>> {
    return await typedError<TemplateDetail>(TAURI_INVOKE('archive_template', { id, archived }));
  },
  async currencies(): Promise<Currency[]> {
    return await TAURI_INVOKE('currencies');
  },
  async conflicts(includeSettled: boolean): Promise<Result<ConflictRow[], AppError>> {
    return await typedError<ConflictRow[]>(TAURI_INVOKE('conflicts', { includeSettled }));
  },
  async settleConflict(form: SettleForm): Promise<Result<ConflictRow[], AppError>> {
    return await typedError<ConflictRow[]>(TAURI_INVOKE('settle_conflict', { form }));
  },
  async syncOverview(): Promise<Result<SyncOverview, AppError>> {
    return await typedError<SyncOverview>(TAURI_INVOKE('sync_overview'));
  },
  async acknowledgeRefusal(opId: Uuid): Promise<Result<SyncOverview, AppError>> {
    return await typedError<SyncOverview>(TAURI_INVOKE('acknowledge_refusal', { opId }));
  },
  async createEnrolmentCode(shopId: Uuid): Promise<Result<EnrolmentCode, AppError>> {
    return await typedError<EnrolmentCode>(TAURI_INVOKE('create_enrolment_code', { shopId }));
  },
  async revokeDevice(deviceId: Uuid): Promise<Result<SyncOverview, AppError>> {
    return await typedError<SyncOverview>(TAURI_INVOKE('revoke_device', { deviceId }));
  },
  async shops(): Promise<Result<{ id: Uuid; name: string }[], AppError>> {
    return await typedError<{ id: Uuid; name: string }[]>(TAURI_INVOKE('shops'));
  },
};

export const events = {
  statusChanged: makeEvent<StatusChanged>('status-changed'),
  dataChanged: makeEvent<DataChanged>('data-changed'),
  preferencesChanged: makeEvent<PreferencesChanged>('preferences-changed'),
};

export type StatusChanged = StatusBar;
export type DataChanged = { vouchers: boolean; templates: boolean; conflicts: boolean; directory: boolean };
export type PreferencesChanged = Preferences;


export type Uuid = string;            // branded per entity by Rust only; plain string here
export type Money = { minor: number; currency: string; exponent: number };
export type FieldError = { field: string; code: FieldErrorCode; limit: number | null };
export type FieldErrorCode = "required" | "too_long" | "too_small" | "too_large" | "not_a_number" | "too_many_decimals"
  | "unknown_currency" | "not_an_email" | "forbidden_character" | "not_an_address";
export type AppError = { code: ErrorCode; message: string; fields: FieldError[]; params: Record<string, string>; refusal: Refusal | null };
export type ErrorCode =
  | "invalid_input"            // see fields
  | "not_signed_in" | "sign_in_expired" | "wrong_password" | "sign_in_delayed" /* params.seconds */ | "sign_in_offline_unknown" /* never signed in here before: needs the server once */
  | "sign_in_offline_expired" /* params.days */ | "staff_inactive" | "role_not_allowed" /* params.role */
  | "offline"                  // needs the server, which cannot be reached
  | "server_trouble" | "server_refused" | "not_a_beadsbox_server" /* address answers, but is something else */ | "insecure_address" /* http to another machine */
  | "client_too_old" | "enrolment_code_wrong" | "enrolment_code_used" | "device_revoked" | "device_in_quarantine"
  | "keyring_absent" | "keyring_locked" | "keyring_mismatch" /* files are there, keys are not */
  | "outbox_damaged" | "cache_damaged" | "disk_full" | "disk_failed" | "sqlite_too_old" | "already_enrolled"
  | "code_mistyped" | "unknown_voucher" | "unknown_template" | "unknown_conflict"
  | "refused"                  // an operation that the rules refuse: see refusal
  | "stale_template"           // refusal.kind === "stale_template" has the differences
  | "needs_reason" | "too_many_requests" | "internal";

export type Role = "counter" | "back_office" | "admin";
export type VoucherStatus = "purchased" | "used" | "cancelled" | "refunded" | "expired";
export type Payment = "cash" | "card_terminal" | "other";
export type Vat = { kind: "single_purpose"; rate_basis_points: number } | { kind: "multi_purpose" };

export type Fact = { op_id: Uuid; at: string; staff: string; shop: string; device: string };
export type Refusal =
  | { kind: "status_is"; status: VoucherStatus; since: Fact }
  | { kind: "expired"; expires_on: string }
  | { kind: "mistyped" } | { kind: "unknown_voucher" } | { kind: "not_permitted"; role: Role }
  | { kind: "over_limit"; limit: "value" | "count" | "age" | "never_synced"; value: string }
  | { kind: "too_late_to_undo"; minutes: number } | { kind: "not_own_redemption" } | { kind: "not_standing" }
  | { kind: "stale_template"; current: TemplateForm; current_version: number; based_on: number }
  | { kind: "already_archived" } | { kind: "not_archived" } | { kind: "conflict_settled" } | { kind: "other"; code: string };

export type Phase = "needs_enrolment" | "needs_sign_in" | "signed_in" | "blocked";
export type ProgramState = { phase: Phase; problem: AppError | null; server: string | null; shop: string | null; device: string | null;
  online: boolean; last_person: string | null; preferences: Preferences; about: About };
export type Preferences = { language: "system" | "en" | "fr"; theme: "system" | "light" | "dark" };
export type About = { version: string; sqlite: string; sqlcipher: string; webview: string; server_version: string | null; data_folder: string };
export type EnrolForm = { server: string; code: string; device_name: string };
export type SignInForm = { name: string; password: string };
export type Session = { staff_id: Uuid; name: string; role: Role; offline: boolean; offline_until: string | null };

export type SyncProgress = { phase: "sending" | "receiving"; done: number; total: number };
export type StatusBar = { shop: string; device: string; person: string; role: Role; online: boolean; syncing: boolean; progress: SyncProgress | null;
  last_sync_at: string | null; waiting: number; refused: number /* not acknowledged by a person */; open_conflicts: number;
  clock_skew_seconds: number | null /* only when above five minutes */; trouble: AppError | null /* why the last sync failed, other than offline */ };

export type CodeCheck = { state: "empty" | "incomplete" | "forbidden_symbol" | "too_long" | "mistyped" | "well_formed"; shown: string /* XXXX-XXXX-XXXXX as far as typed */ };
export type AnswerKind = "confirmed" | "accepted_offline" | "refused" | "unknown";
export type RedeemAnswer = { answer: AnswerKind; op_id: Uuid | null; voucher_id: Uuid | null; code: string; title: string | null; price: Money | null; buyer: string | null;
  recipient: string | null; expires_on: string | null; refusal: Refusal | null; at: string; undo_until: string | null };
export type RedemptionState = "confirmed" | "waiting" | "conflict" | "refused" | "withdrawn" | "undone";
export type RecentRedemption = { op_id: Uuid; voucher_id: Uuid; code: string; title: string; price: Money | null; at: string; staff: string; state: RedemptionState; undo_until: string | null };
export type TemplateCard = { id: Uuid; version: number; title: string; description: string; price: Money; validity_months: number | null };
export type SaleForm = { template_id: Uuid; buyer: string; email: string; recipient: string; message: string; payment: Payment };
export type SaleReceipt = { voucher_id: Uuid; code: string; title: string; price: Money; buyer: string; recipient: string | null; expires_on: string | null; sold_at: string; online: boolean };

export type SortKey = "sold_at" | "price" | "buyer" | "title" | "status" | "expires_on" | "code";
export type VoucherFilters = { status: VoucherStatus[]; template: Uuid | null; shop: Uuid | null; sold_from: string | null; sold_to: string | null;
  expires_from: string | null; expires_to: string | null; value_min: number | null /* minor units */; value_max: number | null };
export type VoucherQuery = { search: string; filters: VoucherFilters; sort: SortKey; descending: boolean; after: string | null /* opaque: VoucherPage.next */; limit: number /* 1..500 */ };
export type VoucherRow = { id: Uuid; code: string; title: string; buyer: string; recipient: string | null; price: Money; status: VoucherStatus; sold_at: string; shop: string;
  expires_on: string | null; overdue: boolean; waiting: boolean /* has an operation of this device not yet confirmed */; open_conflict: boolean };
export type VoucherPage = { rows: VoucherRow[]; next: string | null; total: number | null /* exact where cheap, first page only */ };
export type VoucherAction = "cancel" | "refund" | "redeem" | "undo_redemption" | "honour_expired";
export type ActionOffer = { action: VoucherAction; needs_reason: boolean; final: boolean /* cannot be undone: ask again */ };
export type HistoryEntry = { op_id: Uuid; what: "created" | "edited" | "archived" | "unarchived" | "sold" | "redeem_asked" | "redeemed" | "honoured" | "withdrawn" | "cancelled" | "refunded"
  | "expired" | "redemption_undone" | "expired_honoured" | "conflict_settled"; fact: Fact; online: boolean; outcome: "applied" | "conflict" | "rejected" | "waiting";
  refusal: Refusal | null; reason: string | null };
export type VoucherDetail = { row: VoucherRow; description: string; template_id: Uuid; vat: Vat; validity_months: number | null; email: string | null; message: string | null; payment: Payment;
  sold: Fact; since: Fact; actions: ActionOffer[]; history: HistoryEntry[]; history_complete: boolean /* false: server not reached, only what this device knows */ };
export type ActionForm = { voucher_id: Uuid; action: VoucherAction; reason: string; payment: Payment | null };

export type TemplateForm = { title: string; description: string; price: string /* as typed, "41.36" */; currency: string; validity_months: number | null; vat: Vat };
export type TemplateRow = { id: Uuid; version: number; title: string; price: Money; validity_months: number | null; archived: boolean; waiting: boolean; sold: number; outstanding: number; changed_at: string };
export type TemplateDetail = { row: TemplateRow; form: TemplateForm; history: HistoryEntry[]; history_complete: boolean; may_edit: boolean };
export type SaveTemplate = { id: Uuid | null /* null: new */; based_on: number | null; form: TemplateForm };
export type Currency = { code: string; name: string; exponent: number };

export type ConflictKind = "double_redemption" | "honoured_after_cancellation" | "honoured_after_refund" | "honoured_after_expiry" | "unknown_voucher";
export type Settlement = "write_off" | "charge_shop" | "customer_pays" | "mistaken_scan";
export type ConflictRow = { id: Uuid; version: number; kind: ConflictKind; state: "open" | "settled" | "resolved" /* the first side was undone, so the other became the accepted one */; voucher_id: Uuid; code: string; title: string; value: Money | null;
  accepted: Fact | null /* what the voucher's status rests on */; other: Fact; settlement: { settlement: Settlement; reason: string; by: Fact } | null; may_settle: boolean; waiting: boolean };
export type SettleForm = { conflict_id: Uuid; version: number; settlement: Settlement; reason: string };

export type RefusedOperation = { op_id: Uuid; what: HistoryEntry["what"]; subject: string /* code or title */; voucher_id: Uuid | null; at: string; staff: string; refusal: Refusal };
export type DeviceRow = { id: Uuid; name: string; shop: string; state: "active" | "quarantined" | "revoked"; last_contact_at: string | null; last_seq: number; waiting: number | null /* as it last said */;
  clock_skew_seconds: number | null; this_device: boolean };
export type SyncOverview = { status: StatusBar; server: string; epoch: string | null; cursor: number; head: number | null; operations: number /* recorded on this device */; confirmed: number;
  refused: RefusedOperation[]; devices: DeviceRow[]; may_administer: boolean; shops: { id: Uuid; name: string }[] };
export type EnrolmentCode = { code: string; shop: string; expires_at: string };



export type Result<T, E> = { status: 'ok'; data: T } | { status: 'error'; error: E };

async function typedError<T>(result: Promise<T>): Promise<Result<T, AppError>> {
  try {
    return { status: 'ok', data: await result };
  } catch (e) {
    if (e instanceof Error) throw e;
    return { status: 'error', error: e as AppError };
  }
}

function makeEvent<T>(name: string) {
  return {
    listen: (cb: TAURI_API_EVENT.EventCallback<T>) => TAURI_API_EVENT.listen<T>(name, cb),
    once: (cb: TAURI_API_EVENT.EventCallback<T>) => TAURI_API_EVENT.once<T>(name, cb),
    emit: (payload: T) => TAURI_API_EVENT.emit(name, payload),
  };
}
