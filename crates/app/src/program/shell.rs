//! What the shell remembers on this machine beside language and theme, and the support bundle.

use super::Program;
use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::support::Around,
    view::{FaultSettings, NotificationSettings, SupportPart, ZoomStep},
};

const ZOOM: &str = "zoom";
const NOTIFICATIONS: &str = "notifications";
/// Where faults are told: what the server named when somebody switched it on. Nothing while it is off.
const FAULTS: &str = "fault_project";
/// In hundredths. WCAG asks for 200; below 100 the letters are smaller than they were drawn for.
const ZOOM_STEPS: [u16; 6] = [100, 110, 125, 150, 175, 200];

impl Program {
    /// How large everything is drawn, in hundredths. What cannot be read counts as 100.
    pub async fn zoom(&self) -> u16 {
        let kept = self.preference(ZOOM).await.and_then(|text| text.parse().ok());
        kept.filter(|zoom| ZOOM_STEPS.contains(zoom)).unwrap_or(ZOOM_STEPS[0])
    }

    /// Goes a step, and remembers it. How large it is then.
    pub async fn step_zoom(&self, step: ZoomStep) -> AppResult<u16> {
        let zoom = stepped(self.zoom().await, step);
        self.save_preference(ZOOM, zoom.to_string()).await?;
        Ok(zoom)
    }

    /// Of what this computer tells while nobody looks at it.
    pub async fn notification_settings(&self) -> NotificationSettings {
        self.preference(NOTIFICATIONS).await.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Keeps it.
    pub async fn set_notification_settings(&self, settings: NotificationSettings) -> AppResult<NotificationSettings> {
        let text = serde_json::to_string(&settings).map_err(AppError::internal)?;
        self.save_preference(NOTIFICATIONS, text).await?;
        Ok(settings)
    }

    /// Where faults of this program are told; none unless somebody here switched it on.
    pub async fn fault_project(&self) -> Option<String> {
        self.preference(FAULTS).await.filter(|project| !project.is_empty())
    }

    /// Whether they are, and whether they can be.
    pub async fn fault_settings(&self) -> FaultSettings {
        let on = self.fault_project().await.is_some();
        FaultSettings { on, offered: on || self.offered_project().is_some() }
    }

    /// Switches it on or off. The server, which is the organisation's own, says where to.
    pub async fn tell_faults(&self, on: bool) -> AppResult<FaultSettings> {
        let project = if on {
            self.offered_project()
                .ok_or_else(|| AppError::new(ErrorCode::Offline, "the server names no place where faults are told, or was not reached"))?
        } else {
            String::new()
        };
        self.save_preference(FAULTS, project).await?;
        Ok(self.fault_settings().await)
    }

    fn offered_project(&self) -> Option<String> {
        self.seat_behind_lock().ok()?.device.fault_project()
    }

    /// How many jobs the server gave up, for whoever may see them; none for anybody else, and where the server is not reached. Also while the
    /// screens are locked: it is a number and nothing more.
    pub async fn failed_jobs(&self) -> Option<u64> {
        self.seat_behind_lock().ok()?.failed_jobs_in_all().await
    }

    /// What a support bundle holds now, for a person to read in that window before it is saved. `log` is the end of the program's log.
    pub async fn support_bundle(&self, window: &str, log: &str) -> AppResult<Vec<SupportPart>> {
        let around = Around { about: self.about(), preferences: self.preferences().await, scanner: self.scanner_settings().await };
        self.seat()?.support_bundle(window, around, log).await
    }
}

fn stepped(zoom: u16, step: ZoomStep) -> u16 {
    let next = match step {
        ZoomStep::In => ZOOM_STEPS.into_iter().find(|known| *known > zoom),
        ZoomStep::Out => ZOOM_STEPS.into_iter().rev().find(|known| *known < zoom),
        ZoomStep::Reset => Some(ZOOM_STEPS[0]),
    };
    next.unwrap_or(zoom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zoom_goes_by_steps_and_stops_at_both_ends() {
        let mut seen = vec![100];
        for _ in 0..8 {
            seen.push(stepped(seen[seen.len() - 1], ZoomStep::In));
        }
        assert_eq!(seen, [100, 110, 125, 150, 175, 200, 200, 200, 200]);
        assert_eq!(stepped(200, ZoomStep::Out), 175);
        assert_eq!(stepped(100, ZoomStep::Out), 100);
        assert_eq!(stepped(175, ZoomStep::Reset), 100);
    }
}
