//! One running program, and a person's hands and eyes on it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};
use beadsbox_testkit::free_port;
use serde_json::Value;
use thirtyfour::{By, Capabilities, WebDriver, WebElement};
use tokio::process::{Child, Command};

/// The longest that a person would look at an unchanged screen.
const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(40);

/// Where the program keeps its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// In the system's keyring.
    Keyring,
    /// In a file beside its data.
    File,
}

/// The program, opened.
pub struct Desk {
    pub driver: WebDriver,
    process: Child,
}

impl Desk {
    /// Opens the program on that data folder.
    pub async fn open(data: &Path, keys: Keys) -> anyhow::Result<Self> {
        Self::open_program(&desktop_binary()?, &arguments(data, keys)).await
    }

    /// The same, told more on its command line.
    pub async fn open_with(data: &Path, keys: Keys, more: &[String]) -> anyhow::Result<Self> {
        Self::open_program(&desktop_binary()?, &[arguments(data, keys), more.to_vec()].concat()).await
    }

    /// Opens any program with a web view.
    pub async fn open_program(binary: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let (port, native) = (free_port()?, free_port()?);
        let driver_binary = std::env::var("BEADSBOX_TAURI_DRIVER").unwrap_or_else(|_| "tauri-driver".to_owned());
        let process = Command::new(driver_binary)
            .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("tauri-driver")?;
        let mut capabilities = Capabilities::new();
        capabilities.set("browserName", "wry")?;
        capabilities.set("tauri:options", serde_json::json!({ "application": binary, "args": arguments }))?;
        let url = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let driver = loop {
            match WebDriver::new(&url, capabilities.clone()).await {
                Ok(driver) => break driver,
                Err(error) if started.elapsed() > PATIENCE => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        Ok(Self { driver, process })
    }

    /// Closes the program.
    pub async fn close(mut self) -> anyhow::Result<()> {
        let quit = self.driver.clone().quit().await;
        self.process.kill().await?;
        Ok(quit?)
    }

    /// What Rust answers to that command of the screen's, asked behind the screen's back.
    pub async fn invoke(&self, command: &str, arguments: Value) -> anyhow::Result<Value> {
        let call = "const [command, given, done] = arguments;
            const failed = (error) => done({ failed: error?.code ?? String(error) });
            window.__TAURI_INTERNALS__.invoke(command, given).then((answer) => done({ answer }), failed);";
        let said = self.driver.execute_async(call, vec![command.into(), arguments]).await?;
        let said = said.json();
        anyhow::ensure!(said["failed"].is_null(), "{command}: {}", said["failed"]);
        Ok(said["answer"].clone())
    }

    /// Goes on in the window whose page has that name; the one before may be gone.
    pub async fn go_to_window(&self, page: &str) -> anyhow::Result<()> {
        self.until(&format!("window {page}"), async || {
            for handle in self.driver.windows().await.ok()? {
                self.driver.switch_to_window(handle).await.ok()?;
                if self.driver.current_url().await.is_ok_and(|url| url.path().contains(page)) {
                    return Some(());
                }
            }
            None
        })
        .await
    }

    /// The element of that test id, once it is there.
    pub async fn find(&self, id: &str) -> anyhow::Result<WebElement> {
        self.css(&format!("[data-testid='{id}']")).await
    }

    /// The first element of that selector, once it is there.
    pub async fn css(&self, selector: &str) -> anyhow::Result<WebElement> {
        self.until(selector, async || self.driver.find(By::Css(selector)).await.ok()).await
    }

    /// How many elements of that selector there are now.
    pub async fn count(&self, selector: &str) -> anyhow::Result<usize> {
        Ok(self.driver.find_all(By::Css(selector)).await?.len())
    }

    /// Clicks it, once it can be clicked.
    pub async fn click(&self, id: &str) -> anyhow::Result<()> {
        self.until(&format!("click on {id}"), async || {
            let element = self.driver.find(By::Css(format!("[data-testid='{id}']"))).await.ok()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            element.click().await.ok()
        })
        .await
    }

    /// Puts the cursor into it. A click on a page that stands still takes `WebDriver` many seconds.
    pub async fn put_cursor_into(&self, id: &str) -> anyhow::Result<()> {
        self.find(id).await?.focus().await?;
        Ok(())
    }

    /// Types into it, in the place of what stood there.
    pub async fn fill(&self, id: &str, text: &str) -> anyhow::Result<()> {
        let field = self.find(id).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Waits until the element's text satisfies the condition, and returns it.
    pub async fn text_where(&self, id: &str, condition: impl Fn(&str) -> bool) -> anyhow::Result<String> {
        let selector = format!("[data-testid='{id}']");
        self.until(&format!("text of {id}"), async || {
            let text = self.driver.find(By::Css(&selector)).await.ok()?.text().await.ok()?;
            condition(&text).then_some(text)
        })
        .await
    }

    /// Waits until the element's attribute has that value.
    pub async fn attribute_is(&self, id: &str, name: &str, value: &str) -> anyhow::Result<()> {
        let selector = format!("[data-testid='{id}']");
        self.until(&format!("{id} with {name}={value}"), async || {
            let found = self.driver.find(By::Css(&selector)).await.ok()?.attr(name).await.ok()??;
            (found == value).then_some(())
        })
        .await
    }

    /// What stands in that field.
    pub async fn value(&self, id: &str) -> anyhow::Result<String> {
        Ok(self.find(id).await?.prop("value").await?.unwrap_or_default())
    }

    /// Waits until that stands in that field, to the letter.
    pub async fn value_is(&self, id: &str, expected: &str) -> anyhow::Result<()> {
        let seen = self.until(&format!("{expected:?} in {id}"), async || (self.value(id).await.ok()? == expected).then_some(())).await;
        if let Err(error) = seen {
            return Err(error.context(format!("there stands {:?}", self.value(id).await?)));
        }
        Ok(())
    }

    /// Takes a picture of the program's window as it stands on the screen. `WebDriver`'s own pictures never come from some pages
    /// that stand still.
    pub async fn picture(&self, path: &Path) -> anyhow::Result<()> {
        // A picture taken right after the page changed shows the paint before.
        let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
        self.driver.execute_async(painted, Vec::new()).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        snapshot(path).await
    }

    /// Makes the window so large, in pixels, as a person does by its corner.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let (width, height) = (width.to_string(), height.to_string());
        let done = Command::new("xdotool")
            .args(["windowsize", "--sync", &window().await?, &width, &height])
            .status()
            .await
            .context("xdotool")?;
        anyhow::ensure!(done.success(), "the window stays as it is");
        Ok(())
    }

    /// Enrols, on the first page of a new device.
    pub async fn enrol(&self, server: &str, code: &str, name: &str) -> anyhow::Result<()> {
        self.fill("enrol-server", server).await?;
        self.fill("enrol-code", code).await?;
        self.fill("enrol-name", name).await?;
        self.click("enrol-submit").await
    }

    /// Signs in, and goes on in the window that opens.
    pub async fn sign_in(&self, name: &str, password: &str, page: &str) -> anyhow::Result<()> {
        self.fill("signin-name", name).await?;
        self.fill("signin-password", password).await?;
        self.sign_in_as_filled(page).await
    }

    /// Sends the sign-in as it is filled in, and goes on in the window that opens.
    pub async fn sign_in_as_filled(&self, page: &str) -> anyhow::Result<()> {
        self.leave_through("signin-submit", page).await
    }

    /// Signs out, and goes on in the start window.
    pub async fn sign_out(&self) -> anyhow::Result<()> {
        self.leave_through("sign-out", "start").await
    }

    /// Clicks on what closes this window and opens another, and goes on there. The window may be gone before the click is
    /// answered, which is no failure.
    pub async fn leave_through(&self, id: &str, page: &str) -> anyhow::Result<()> {
        let _ = self.find(id).await?.click().await;
        self.go_to_window(page).await
    }

    /// Looks again and again until there is something, or patience ends.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> anyhow::Result<T> {
        let started = Instant::now();
        loop {
            if let Some(seen) = look().await {
                return Ok(seen);
            }
            if started.elapsed() > PATIENCE {
                if let Some(folder) = std::env::var_os("BEADSBOX_E2E_PICTURES") {
                    let name = what.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
                    // The picture helps whoever reads the failure; without it the failure is the same.
                    let _ = snapshot(&Path::new(&folder).join(format!("failed-{name}.png"))).await;
                }
                return Err(anyhow!("not seen within {PATIENCE:?}: {what}"));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// A picture of the program's last window on the screen.
async fn snapshot(path: &Path) -> anyhow::Result<()> {
    // A pointer that rests on the window would leave a hint over it, black in the picture.
    let moved = Command::new("xdotool").args(["mousemove", "9999", "9999"]).status().await.context("xdotool")?;
    anyhow::ensure!(moved.success(), "the pointer stays where it is");
    let window = window().await?;
    let taken = Command::new("import").args(["-window", &window]).arg(path).status().await.context("import of ImageMagick")?;
    if taken.success() { Ok(()) } else { Err(anyhow!("no picture of window {window}")) }
}

/// The program's last window on the screen, as X calls it.
async fn window() -> anyhow::Result<String> {
    let found = Command::new("xdotool").args(["search", "--onlyvisible", "--name", "My Beads Box"]).output().await.context("xdotool")?;
    let windows = String::from_utf8(found.stdout)?;
    windows.lines().last().map(str::to_owned).context("no window on the screen")
}

fn desktop_binary() -> anyhow::Result<PathBuf> {
    let binary = std::env::var_os("BEADSBOX_DESKTOP_BIN").context("BEADSBOX_DESKTOP_BIN is not set: run the tests with ./dev test")?;
    Ok(std::fs::canonicalize(binary)?)
}

/// What the program is told on its command line.
pub fn arguments(data: &Path, keys: Keys) -> Vec<String> {
    let mut arguments = vec!["--data-dir".to_owned(), data.join("data").display().to_string()];
    if keys == Keys::File {
        arguments.extend(["--key-file".to_owned(), data.join("keys").display().to_string()]);
    }
    arguments
}
