//! The keys of somebody who has no mouse.

use std::time::Duration;

use thirtyfour::{Key, TypingData};

use crate::Desk;

/// More stops than any page has.
const STOPS: usize = 120;
const CURSOR: &str = "return document.activeElement?.closest('[data-testid]')?.dataset.testid ?? ''";

impl Desk {
    /// Presses keys, one after another.
    pub async fn press(&self, keys: impl Into<TypingData>) -> anyhow::Result<()> {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses keys while another one is held.
    pub async fn press_with(&self, held: Key, keys: impl Into<TypingData>) -> anyhow::Result<()> {
        Ok(self.driver.action_chain().key_down(held.clone()).send_keys(keys).key_up(held).perform().await?)
    }

    /// Types a text as a person does, who then lets go of the keys.
    pub async fn type_in(&self, text: &str) -> anyhow::Result<()> {
        self.press(text).await?;
        self.pause().await;
        Ok(())
    }

    /// Rests: keys that come without one end in a scan.
    pub async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(600)).await;
    }

    /// Waits until the cursor is there, by itself.
    pub async fn cursor_at(&self, id: &str) -> anyhow::Result<()> {
        self.until(&format!("the cursor at {id}"), async || (self.cursor().await.ok()? == id).then_some(())).await
    }

    /// Goes on by Tab until the cursor is there.
    pub async fn tab_to(&self, id: &str) -> anyhow::Result<()> {
        self.find(id).await?;
        let mut stops = Vec::new();
        while stops.len() < STOPS {
            let at = self.cursor().await?;
            if at == id {
                return Ok(());
            }
            stops.push(at);
            self.press(Key::Tab).await?;
        }
        anyhow::bail!("Tab does not reach {id}: {stops:?}")
    }

    /// Where the cursor is.
    async fn cursor(&self) -> anyhow::Result<String> {
        Ok(self.driver.execute(CURSOR, Vec::new()).await?.json().as_str().unwrap_or_default().to_owned())
    }
}
