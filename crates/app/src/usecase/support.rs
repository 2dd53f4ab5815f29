//! The support bundle: shown first, then saved as it was shown.

use std::path::Path;

use serde_json::{Value, json};

use super::Seat;
use crate::{
    error::{AppError, AppResult},
    support::{SupportBundle, log_lines},
    view::{About, Preferences, RefusedOperation, ScannerSettings, SupportPart},
};

/// Refused operations of which the codes are told; beyond, their number says enough.
const MOST_REFUSED: usize = 200;

/// What the program knows beside the device.
pub(crate) struct Around {
    pub(crate) about: About,
    pub(crate) preferences: Preferences,
    pub(crate) scanner: ScannerSettings,
}

impl Seat {
    /// Puts together what helps to find a fault: versions, settings, the state of the sync, counts, codes and lines of the log.
    pub(crate) async fn support_bundle(&self, window: &str, around: Around, log: &str) -> AppResult<Vec<SupportPart>> {
        let parts = vec![
            part("versions.json", &versions(&around.about))?,
            part("settings.json", &self.settings_told(&around).await?)?,
            part("sync.json", &self.sync_told().await?)?,
            part("refused.json", &refused_told(&self.refused_operations().await?)?)?,
            SupportPart { name: "log.txt".to_owned(), text: log_lines::plain(log) },
        ];
        self.device.set_support(window, SupportBundle { parts: parts.clone() });
        Ok(parts)
    }

    /// Writes what that window showed last to that file: beside it another may show one of another moment.
    pub async fn save_support(&self, window: &str, path: &Path) -> AppResult<()> {
        let bundle = self.device.support(window).ok_or_else(|| AppError::internal("a support bundle is saved that nobody has seen"))?;
        let path = path.to_owned();
        crate::program::blocking(move || bundle.save(&path)).await
    }

    async fn settings_told(&self, around: &Around) -> AppResult<Value> {
        let printer = self.printer_settings().await?;
        let server = self.device.server.address().to_string();
        Ok(json!({
            "language": around.preferences.language,
            "theme": around.preferences.theme,
            // A prefix is what a scanner was set to by somebody.
            "scanner": { "terminator": around.scanner.terminator, "longest_gap_ms": around.scanner.longest_gap_ms, "layout": around.scanner.layout },
            "printer": { "kind": printer.kind, "baud": printer.baud, "width": printer.width, "letters": printer.letters },
            "server_over_https": server.starts_with("https:"),
            "training": self.device.is_training(),
        }))
    }

    async fn sync_told(&self) -> AppResult<Value> {
        let status = self.status_bar().await?;
        let (cursor, head, counts, proof, standing) = self
            .device
            .files(|store| Ok((store.position()?, store.position()?.head, store.counts()?, store.proof()?, store.standing()?)))
            .await?;
        Ok(json!({
            "online": status.online,
            "syncing": status.syncing,
            "trouble": status.trouble.map(|trouble| trouble.code),
            "last_sync_at": status.last_sync_at,
            "clock_skew_seconds": status.clock_skew_seconds,
            "epoch": cursor.epoch,
            "cursor": cursor.cursor.seq,
            "head": head,
            "cache_bytes": self.device.store.cache_bytes(),
            "proved_at": proof.at.map(|at| at.to_string()),
            "ranges_repaired": proof.repaired,
            "revoked": standing.revoked_at.is_some(),
            "open_conflicts": status.open_conflicts,
            "operations": {
                "recorded": counts.total,
                "waiting": counts.waiting,
                "quarantined": counts.quarantined,
                "acknowledged": counts.acknowledged,
                "refused_unseen": counts.refused_unseen,
            },
        }))
    }
}

fn versions(about: &About) -> Value {
    json!({
        "program": about.version,
        "server": about.server_version,
        "system": about.system,
        "sqlite": about.sqlite,
        "sqlcipher": about.sqlcipher,
        "webview": about.webview,
        "operation_format": about.operation_format,
        "snapshot_format": about.snapshot_format,
        "cache_schema": about.cache_schema,
        "outbox_schema": about.outbox_schema,
        "device": about.device_id,
    })
}

/// What was refused and by which code; not of which voucher, nor by whom.
fn refused_told(refused: &[RefusedOperation]) -> AppResult<Value> {
    let told: AppResult<Vec<Value>> = refused
        .iter()
        .take(MOST_REFUSED)
        .map(|operation| {
            let refusal = serde_json::to_value(&operation.refusal).map_err(AppError::internal)?;
            Ok(json!({ "what": operation.what, "at": operation.at, "refusal": refusal.get("kind"), "contradicted": operation.contradicted }))
        })
        .collect();
    Ok(json!({ "number": refused.len(), "operations": told? }))
}

fn part(name: &str, told: &Value) -> AppResult<SupportPart> {
    let text = serde_json::to_string_pretty(told).map_err(AppError::internal)?;
    Ok(SupportPart { name: name.to_owned(), text })
}
