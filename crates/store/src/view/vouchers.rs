//! Vouchers: one, by code, a page of them, and what an operation would do.

use beadsbox_domain::{Decision, ExternalCode, Operation, Situation, VoucherCode, VoucherId, decide, operation::Subject};
use beadsbox_protocol::{OperationBody, body::format_of};

use super::View;
use crate::{
    cache::{
        rows,
        voucher::{self, CachedVoucher},
    },
    effective::entry::VoucherEntry,
    error::StoreError,
    outbox::{enrolment, person},
    page::{self, ListSources, ListSums, VoucherPage, VoucherQuery},
    types::{NewOperation, VoucherBrief, VoucherView},
};

impl View<'_> {
    /// A voucher; none where this device does not know it.
    pub fn voucher(&self, id: VoucherId) -> Result<Option<VoucherView>, StoreError> {
        if let Some(entry) = self.overlay.voucher(id) {
            return entry.view().map(|view| self.with_own_words(view)).transpose();
        }
        let found = self.cached(voucher::find(&self.cache, id, &mut self.contents.borrow_mut()))?;
        found.map(|found| self.cached_view(found)).transpose()
    }

    /// Those of these that this device knows, in their order.
    pub fn known_vouchers(&self, ids: &[VoucherId]) -> Result<Vec<VoucherView>, StoreError> {
        ids.iter().filter_map(|id| self.voucher(*id).transpose()).collect()
    }

    /// The voucher of that code; none where this device does not know it.
    pub fn voucher_by_code(&self, code: VoucherCode) -> Result<Option<VoucherView>, StoreError> {
        if let Some(entry) = self.overlay.voucher_by_code(code) {
            return entry.view().map(|view| self.with_own_words(view)).transpose();
        }
        let found = self.cached(voucher::find_code(&self.cache, code, &mut self.contents.borrow_mut()))?;
        found.map(|found| self.cached_view(found)).transpose()
    }

    /// The voucher that has that code from another system, in whatever case; none where this device does not know it.
    pub fn voucher_by_external_code(&self, code: &ExternalCode) -> Result<Option<VoucherView>, StoreError> {
        if let Some(entry) = self.overlay.voucher_by_external_code(code) {
            return entry.view().map(|view| self.with_own_words(view)).transpose();
        }
        let found = self.cached(voucher::find_external(&self.cache, code, &mut self.contents.borrow_mut()))?;
        found.map(|found| self.cached_view(found)).transpose()
    }

    /// The voucher that paper with that text names: one of ours, or else another system's.
    pub fn voucher_on_paper(&self, code: &ExternalCode) -> Result<Option<VoucherView>, StoreError> {
        let ours = code.as_ours().map(|ours| self.voucher_by_code(ours)).transpose()?.flatten();
        ours.map_or_else(|| self.voucher_by_external_code(code), |ours| Ok(Some(ours)))
    }

    fn cached_view(&self, found: CachedVoucher) -> Result<VoucherView, StoreError> {
        let open_conflict = self.cached(rows::has_open_conflict(&self.cache, found.voucher.id))?;
        self.with_own_words(VoucherView { voucher: found.voucher, person: found.person, waiting: false, open_conflict })
    }

    /// A counter is sent neither addresses nor messages. Those of its own sales it has in its own file, unless the buyer was erased.
    fn with_own_words(&self, mut view: VoucherView) -> Result<VoucherView, StoreError> {
        if let Some(shown) = view.person.as_mut().filter(|shown| shown.email.is_none() && shown.message.is_none()) {
            let kept = self.recorded(person::find(self.outbox()?, view.voucher.person))?;
            if let Some(own) = kept.and_then(|salted| salted.open().ok()) {
                (shown.email, shown.message) = (own.email, own.message);
            }
        }
        Ok(view)
    }

    /// One page of the list.
    pub fn voucher_page(&self, query: &VoucherQuery) -> Result<VoucherPage, StoreError> {
        page::list(&self.list_sources(), query)
    }

    /// The whole list in numbers; none where adding it up would take too long. Of pages nothing is asked.
    pub fn voucher_sums(&self, query: &VoucherQuery) -> Result<Option<ListSums>, StoreError> {
        page::sums(&self.list_sources(), query)
    }

    /// The `after` of the page that begins behind so many vouchers of the list; none where finding it takes as long as going there page by page.
    pub fn voucher_cursor(&self, query: &VoucherQuery, rows: u64) -> Result<Option<String>, StoreError> {
        page::cursor_behind(&self.list_sources(), query, rows)
    }

    fn list_sources(&self) -> ListSources<'_> {
        ListSources { database: &self.files.cache, cache: &self.cache, overlay: &self.overlay, contents: &self.contents }
    }

    pub(super) fn brief(&self, id: VoucherId) -> Result<Option<VoucherBrief>, StoreError> {
        Ok(match self.overlay.voucher(id) {
            Some(entry) => entry.brief(),
            None => self.voucher(id)?.map(|view| VoucherBrief {
                code: view.voucher.code,
                title: Some(view.voucher.snapshot.title.to_string()),
                price: view.voucher.snapshot.price,
            }),
        })
    }

    pub(super) fn entry(&self, id: VoucherId) -> Result<VoucherEntry, StoreError> {
        self.sources()?.voucher(id, &mut self.contents.borrow_mut()).map_err(|error| self.source_failed(error))
    }

    /// What the rules make of an operation here and now, with this device's own operations counted in. It records nothing.
    pub fn foretell(&self, new: &NewOperation) -> Result<Decision, StoreError> {
        let identity = self.recorded(enrolment::load(self.outbox()?))?.ok_or(StoreError::NotEnrolled)?;
        let body = OperationBody {
            format: format_of(&new.operation),
            device: identity.enrolment.device,
            incarnation: identity.enrolment.incarnation,
            dev_seq: 0,
            op: new.op,
            at: new.at,
            staff: new.staff,
            shop: new.shop,
            online: new.online,
            clock_right: new.clock_right,
            operation: new.operation.clone(),
        };
        let situation = self.situation(&body)?;
        Ok(decide(&body.operation, &situation, &self.rules.context(&body)))
    }

    fn situation(&self, body: &OperationBody) -> Result<Situation, StoreError> {
        match body.operation.subject() {
            Subject::Till => Ok(Situation { last_close: self.last_close()?, ..Situation::default() }),
            Subject::Template(id) => Ok(Situation { template: self.template_row(id)?, ..Situation::default() }),
            Subject::Voucher(id) => {
                let code_taken = match &body.operation {
                    Operation::Sell { code, imported, .. } => self.is_taken(id, *code, imported.as_ref().map(|imported| &imported.code))?,
                    _ => false,
                };
                let mut situation = self.entry(id)?.state.situation(body, code_taken);
                if let Operation::Sell { template, .. } = &body.operation {
                    situation.template = self.template_row(*template)?;
                }
                Ok(situation)
            }
        }
    }

    /// Whether another voucher has one of these codes.
    fn is_taken(&self, id: VoucherId, code: VoucherCode, external: Option<&ExternalCode>) -> Result<bool, StoreError> {
        let other = |found: Option<VoucherView>| found.is_some_and(|found| found.voucher.id != id);
        if other(self.voucher_by_code(code)?) {
            return Ok(true);
        }
        external.map_or(Ok(false), |code| Ok(other(self.voucher_on_paper(code)?)))
    }
}
