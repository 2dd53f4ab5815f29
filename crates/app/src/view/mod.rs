//! What the screens get and send: plain values, made for showing. Times are RFC 3339 in UTC, dates `YYYY-MM-DD`.

mod account;
mod admin_act;
mod bulk;
mod conflict;
mod day;
mod device;
mod end_of_day;
mod fact;
mod grid;
mod import;
mod issue;
mod limits;
mod mail;
mod money;
mod outbox_file;
mod palette;
mod personal_data;
mod printer;
mod program;
mod quarantine;
mod refusal;
mod report;
mod reservation;
mod sale;
mod scanner;
mod selection;
mod sheet;
mod shell;
mod shop;
mod shop_page;
mod staff;
mod sync;
mod template;
mod till;
mod training;
mod voucher;

pub use account::{PasswordForm, SecondFactorForm, SecondFactorOfferView, SecondFactorView};
pub use admin_act::{ActChange, AdminActRow};
pub use bulk::{BulkForm, BulkPhase, BulkReason, BulkReasonForm, BulkResult, BulkRow, BulkView, BulkWords};
pub use conflict::{
    AssigneeForm, AssigneeView, BearerKind, BooksView, ColleagueView, ConflictFilter, ConflictInbox, ConflictRow, SettleForm, SettledView, SettlementOffer,
    Whose,
};
pub use day::{
    CashForm, CashMoveRow, CloseForm, CloseState, ClosedDayView, CountForm, Counted, DayCloseRow, DayCountView, DayView, DrawerView, PersonSumsView, SumsView,
    TallyView,
};
pub use device::{DeviceForm, EnrolmentCodeView, EnrolmentForm, EnrolmentScan};
pub use end_of_day::{CallReason, CloseSeenView, DayStateView, DeviceDayView, EndOfDayView, ShopDayView};
pub use fact::{ApprovalView, Fact, HistoryDetail, HistoryEntry, HistoryOutcome, What};
pub use grid::{
    CopiedTable, FilterChoices, GridColumn, GridMemory, HeadedColumn, NamedId, PaymentWord, SavedTable, SavedView, ShownColumn, StatusWord, TableForm,
    TableFormat, TableProgress,
};
pub use import::{DayOrder, ImportCheck, ImportDone, ImportForm, ImportSum, ImportTemplate, LineRefusal};
pub use issue::{BatchFileForm, BatchFormat, BatchMail, BatchRow, BatchWords, IssueCheck, IssueChoices, IssueForm};
pub use limits::{CountryValidityRow, DeviceLimitsForm, LeastValidityForm, LimitsForm, PolicyForm};
pub use mail::{
    FailedJob, FailedJobs, FailedOfTrouble, MailDraftForm, MailPlaceholders, MailPreviewView, MailRow, MailSettingsForm, MailSetupView, MailTestForm,
    MailTextForm, MailTextView, NewPasswordForm, StaffAddressForm, StaffAddressView, TextFaultView, VoucherMailsView,
};
pub use money::{CurrencyView, MoneyView};
pub use outbox_file::{OutboxFileFound, OutboxFileSum, OutboxFileView, SaveOutboxForm, SavedOutbox, TakeInForm, TakenIn};
pub use palette::CodeHit;
pub use personal_data::{ErasedView, ErasureForm, PersonExportForm, PersonFormat, PersonRow, PersonVoucherRow, PersonsFound};
pub use printer::{LetterTable, PaperForm, PaperLanguage, PrinterKind, PrinterSettings, RollWidth};
pub use program::{
    About, DataChanged, EnrolForm, Language, Phase, Preferences, ProgramState, SessionEnd, SessionView, SignInForm, StatusBar, SyncPhase, SyncProgress, Theme,
};
pub use quarantine::{QuarantineForm, QuarantineReasonView, QuarantineRow, QuarantinedOperationRow};
pub use refusal::{OfflineLimit, RefusalView};
pub use report::{
    AccountField, AccountsForm, ReportCell, ReportChart, ReportChoices, ReportColumn, ReportForm, ReportFormat, ReportGrain, ReportKind, ReportSeries,
    ReportSplit, ReportTable, ReportTemplate, ReportView,
};
pub use reservation::ReservationView;
pub use sale::{QrView, SaleChoices, SaleForm, SaleLine, SaleReceipt, SoldVoucher, TemplateCard};
pub use scanner::{ScannerLayout, ScannerSettings, Terminator};
pub use selection::{ListOrder, SelectionSums, VoucherSelection};
pub use sheet::{
    FaultCount, FaultWord, FieldColumn, FieldWord, LineFault, LineState, LineValue, RefusedWords, SheetColumn, SheetField, SheetForm, SheetLine, SheetUse,
    SheetView, WorkKind, WorkProgress,
};
pub use shell::{FaultSettings, NotificationSettings, SupportPart, ZoomStep};
pub use shop::{PlaceChoices, ShopForm, ShopRow};
pub use shop_page::{OrderSettlementForm, ReversalAdvice, ReversalRow, SeenReversalForm, ShopPageForm, ShopPageView, TroubledOrderRow};
pub use staff::{
    BadgeForm, BadgeView, NewStaffForm, OneTimePasswordView, PersonView, PinForm, PinSignIn, SecondFactorRemovalForm, SignInRow, StaffAccess, StaffForm,
    StaffRow,
};
pub use sync::{CacheCheck, Comparison, DeviceRow, DeviceStateView, RefusedOperation, ShopView, SyncOverview};
pub use template::{SaveTemplate, TemplateDetail, TemplateForm, TemplateRow};
pub use till::{AnswerKind, ApprovalForm, CodeCheck, CodeState, RecentRedemption, RedeemAnswer, RedemptionState};
pub use training::TrainingVoucher;
pub use voucher::{
    ActionForm, ActionOffer, DayRange, ExchangeChoice, FoundBy, SortKey, VoucherAction, VoucherDetail, VoucherFilters, VoucherLink, VoucherPage, VoucherQuery,
    VoucherRow,
};
