//! The days for accountants.

use beadsbox_documents::{Cell, Column, Kind, Language, Table};
use beadsbox_domain::{Currency, Deed, ledger::Accounts};
use beadsbox_protocol::report::{Accounting, AccountingLine, AccountsChange};

use super::{
    Composed,
    chart::{Bars, currencies},
    sheet::{Sheet, money},
    words::{self, pick},
};
use crate::{
    error::{AppError, AppResult, FieldErrorCode},
    usecase::Seat,
    view::{AccountField, AccountsForm, ReportChart},
};

pub(super) fn compose(report: &Accounting, language: Language) -> AppResult<Composed> {
    let title = pick(language, "Accounting by day", "Comptabilité par jour");
    let headings = [
        (pick(language, "Day", "Jour"), Kind::Date),
        (pick(language, "Shop", "Boutique"), Kind::Text),
        (pick(language, "Currency", "Devise"), Kind::Text),
        (pick(language, "Payment", "Paiement"), Kind::Text),
        (pick(language, "Sold", "Vendus"), Kind::Amount),
        (pick(language, "Refunded", "Remboursés"), Kind::Amount),
        (pick(language, "Differences and chargebacks", "Différences et reprises"), Kind::Amount),
        (pick(language, "VAT due", "TVA due"), Kind::Amount),
        (pick(language, "Change of what is owed", "Variation des engagements"), Kind::Amount),
    ];
    let columns = headings.map(|(heading, kind)| Column::new(heading, kind)).to_vec();
    let row = |line: &AccountingLine| {
        let currency = line.currency;
        let cells = vec![
            Cell::Date(line.day),
            Cell::text(words::name(&report.made, line.shop.0, language)),
            Cell::text(currency.code()),
            Cell::text(words::payment(line.payment, line.online, language)),
            money(line.sold, currency),
            money(line.refunded, currency),
            money(line.other, currency),
            money(line.vat, currency),
            money(line.owed, currency),
        ];
        (currency, cells)
    };
    let sheet = Sheet::new(title, columns, report.lines.iter().map(row).collect(), words::total(language))?;
    let notes = report.cut.then(|| words::cut(language).to_owned()).into_iter().collect();
    Ok(Composed { title, cut: report.cut, made: report.made.clone(), notes, sheet, charts: charts(report, language) })
}

fn charts(report: &Accounting, language: Language) -> Vec<ReportChart> {
    let title = pick(language, "Money taken and change of what is owed", "Encaissements et variation des engagements");
    let names = [
        pick(language, "Money taken, less what went back", "Encaissé, moins ce qui est reparti"),
        pick(language, "Change of what is owed", "Variation des engagements"),
    ];
    let chart = |currency: Currency| {
        let lines = report.lines.iter().filter(|line| line.currency == currency);
        let bars: Bars = lines
            .map(|line| (line.day.to_string(), [line.sold.saturating_sub(line.refunded).saturating_add(line.other), line.owed]))
            .collect();
        bars.chart(title, currency, names)
    };
    currencies(report.lines.iter().map(|line| line.currency)).into_iter().filter_map(chart).collect()
}

/// The double entries, as accountants import them.
pub(super) fn journal(report: &Accounting, language: Language) -> Table {
    let headings = [
        (pick(language, "Date", "Date"), Kind::Date),
        (pick(language, "Journal", "Journal"), Kind::Text),
        (pick(language, "Account", "Compte"), Kind::Text),
        (pick(language, "Debit", "Débit"), Kind::Amount),
        (pick(language, "Credit", "Crédit"), Kind::Amount),
        (pick(language, "Currency", "Devise"), Kind::Text),
        (pick(language, "Text", "Libellé"), Kind::Text),
        (pick(language, "Shop", "Boutique"), Kind::Text),
    ];
    let rows = report.postings.iter().map(|line| {
        let side = |minor: i64| if minor == 0 { Cell::Empty } else { money(minor, line.currency) };
        vec![
            Cell::Date(line.day),
            Cell::text("BONS"),
            Cell::text(&*line.account),
            side(line.debit),
            side(line.credit),
            Cell::text(line.currency.code()),
            Cell::text(words::entry(line.kind, language)),
            Cell::text(words::name(&report.made, line.shop.0, language)),
        ]
    });
    Table {
        title: pick(language, "Journal", "Journal").to_owned(),
        columns: headings.map(|(heading, kind)| Column::new(heading, kind)).to_vec(),
        rows: rows.collect(),
    }
}

impl Seat {
    /// The numbers of the accounts in the accounting export.
    pub async fn accounts(&self) -> AppResult<AccountsForm> {
        self.require(Deed::ReadReports)?;
        let today = self.device.host.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let query = beadsbox_protocol::report::ReportQuery::of(today, today);
        let report: Accounting = self.device.server.report(self.server_session()?, "accounting", &query).await?;
        Ok(shown(report.row_version, &report.accounts))
    }

    /// Sets them, whole.
    pub async fn set_accounts(&self, form: AccountsForm) -> AppResult<AccountsForm> {
        self.require(Deed::Administer)?;
        let named = form.accounts.into_iter().map(|field| (field.name, serde_json::Value::String(field.number.trim().to_owned())));
        let accounts: Accounts = serde_json::from_value(serde_json::Value::Object(named.collect())).map_err(AppError::internal)?;
        if let Some(name) = accounts.fault() {
            return Err(AppError::in_field(name, FieldErrorCode::ForbiddenCharacter, None));
        }
        let change = AccountsChange { row_version: form.row_version, accounts };
        let changed = self.device.server.change_accounts(self.server_session()?, &change).await?;
        Ok(shown(changed.row_version, &changed.accounts))
    }
}

fn shown(row_version: u64, accounts: &Accounts) -> AccountsForm {
    let field = |(name, number): (&str, &str)| AccountField { name: name.to_owned(), number: number.to_owned() };
    AccountsForm { row_version, accounts: accounts.all().map(field).to_vec() }
}
