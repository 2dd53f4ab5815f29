//! Redemptions that the server was asked for, and of whose answer nobody was told: no goods went, so they are withdrawn, in the name of
//! whoever asked. An answer that comes before that stands, and the till's list shows it.

use std::{sync::Arc, time::Duration};

use beadsbox_domain::{OpId, Operation};
use beadsbox_store::OpenAsk;

use crate::{
    device::Device,
    error::{AppError, AppResult},
};

/// A disk that is full or fails is tried again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Why nothing was withdrawn.
enum Not {
    Open,
    Recorded(AppError),
}

impl From<AppError> for Not {
    fn from(error: AppError) -> Self {
        Self::Recorded(error)
    }
}

impl From<beadsbox_store::StoreError> for Not {
    fn from(error: beadsbox_store::StoreError) -> Self {
        Self::Recorded(error.into())
    }
}

impl Device {
    /// Before the sync begins: the server learns of both at once.
    pub(crate) async fn withdraw_what_a_crash_left_open(self: &Arc<Self>) -> AppResult<()> {
        for ask in self.open_asks().await? {
            if self.withdraw(ask.op).await.is_err() {
                self.withdraw_soon(ask.op);
            }
        }
        Ok(())
    }

    /// Withdraws it, if it is on disk and open, as soon as the files take that.
    pub(crate) fn withdraw_soon(self: &Arc<Self>, ask: OpId) {
        let device = Arc::clone(self);
        self.spawn(async move {
            while let Err(error) = device.withdraw(ask).await {
                tracing::error!(redemption = %ask, %error, "an open redemption is not withdrawn yet");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        });
    }

    async fn open_asks(&self) -> AppResult<Vec<OpenAsk>> {
        self.files(|store| Ok(store.view()?.open_asks()?)).await
    }

    async fn withdraw(&self, ask: OpId) -> AppResult<()> {
        let Some(open) = self.open_asks().await?.into_iter().find(|open| open.op == ask) else { return Ok(()) };
        let new = self.operation(open.staff, Operation::Withdraw { voucher: open.voucher, redemption: ask });
        let withdrawn = self.record_if(new, move |view, _| {
            let open = view.open_asks()?.iter().any(|open| open.op == ask);
            if open { Ok(()) } else { Err(Not::Open) }
        });
        match withdrawn.await {
            Ok(()) => tracing::warn!(redemption = %ask, "a redemption of whose answer nobody was told was withdrawn"),
            Err(Not::Open) => {}
            Err(Not::Recorded(error)) => return Err(error),
        }
        Ok(())
    }
}
