//! What is measured within the page, by scripts in it.

use std::{fs, time::Duration};

use anyhow::Context as _;
use beadsbox_e2e::Desk;
use serde_json::{Value, json};

/// The page of the office window.
pub(super) struct Page<'a>(pub(super) &'a Desk);

/// Scrolls once a frame and notes how long each frame took. The other list has the same place, height, track and number of rows, and nothing
/// in them.
const FRAMES: &str = r#"
const [which, how, count, done] = arguments;
const grid = document.querySelector('[data-testid="voucher-grid"]');
let scroller = grid, end = () => {};
if (which === 'empty') {
  const ROW = 30;
  scroller = document.createElement('div');
  const box = grid.getBoundingClientRect();
  scroller.style.cssText = `position:fixed;z-index:99;overflow-y:scroll;background:Canvas;left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px`;
  const track = document.createElement('div');
  track.style.height = `${grid.scrollHeight}px`;
  const view = document.createElement('div');
  view.style.cssText = `position:sticky;top:0;overflow:hidden;height:${box.height}px`;
  const rows = Array.from({ length: Math.ceil(box.height / ROW) + 12 }, () => {
    const row = document.createElement('div');
    row.style.cssText = `position:absolute;left:0;right:0;height:${ROW}px;border-bottom:1px solid gray`;
    view.append(row);
    return row;
  });
  track.append(view);
  scroller.append(track);
  document.body.append(scroller);
  const draw = () => {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - 6);
    rows.forEach((row, index) => { row.style.transform = `translateY(${(first + index) * ROW - scroller.scrollTop}px)`; });
  };
  scroller.addEventListener('scroll', draw);
  draw();
  end = () => scroller.remove();
}
const most = scroller.scrollHeight - scroller.clientHeight;
const times = [];
let last = null, top = 0;
const frame = (now) => {
  if (last !== null) times.push(now - last);
  last = now;
  if (times.length >= count) { end(); done(times); return; }
  top = how === 'anywhere' ? Math.random() * most : (top + scroller.clientHeight * 0.8) % most;
  scroller.scrollTop = top;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"#;

const ASK: &str = r"
const ask = (query) => window.__TAURI_INTERNALS__.invoke('voucher_page', { query });
const filters = { status: [], template: [], batch: [], shop: [], sold_by: [], payment: [], sold: null, sold_from: null, sold_to: null, expires_within: null,
  expires_from: null, expires_to: null, value_min: null, value_max: null, currency: [], open_conflict: false, waiting: false };
const first = { search: '', filters, sort: 'sold_at', descending: true, after: null, limit: 100 };
";

impl Page<'_> {
    async fn run(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        self.0.driver.set_script_timeout(Duration::from_mins(3)).await?;
        let answer = self.0.driver.execute_async(script, arguments).await?.json().clone();
        if let Some(error) = answer.get("error") {
            anyhow::bail!("in the page: {error}");
        }
        Ok(answer)
    }

    async fn numbers(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Vec<f64>> {
        let answer = self.run(script, arguments).await?;
        let numbers: Option<Vec<f64>> = answer.as_array().map(|all| all.iter().filter_map(Value::as_f64).collect());
        numbers.filter(|numbers| !numbers.is_empty()).with_context(|| format!("no numbers: {answer}"))
    }

    /// How many vouchers the list has.
    pub(super) async fn total(&self) -> anyhow::Result<Option<u64>> {
        let script = format!("{ASK}; const done = arguments[0]; ask(first).then((page) => done(page.total), (error) => done(null));");
        Ok(self.run(&script, Vec::new()).await?.as_u64())
    }

    /// Whether a search is answered from its index.
    pub(super) async fn search_is_quick(&self) -> anyhow::Result<bool> {
        let script = format!(
            "{ASK}; const done = arguments[0]; const begun = performance.now();
            ask({{ ...first, search: 'zzzzzq' }}).then(() => done(performance.now() - begun), () => done(1e9));"
        );
        Ok(self.run(&script, Vec::new()).await?.as_f64().is_some_and(|took| took < 150.0))
    }

    /// The times from frame to frame while something scrolls: `grid` or `empty`, `steadily` or `anywhere`.
    pub(super) async fn frames(&self, which: &str, how: &str, count: usize) -> anyhow::Result<Vec<f64>> {
        self.numbers(FRAMES, vec![json!(which), json!(how), json!(count)]).await
    }

    /// How long pages take that follow each other.
    pub(super) async fn pages(&self, count: usize) -> anyhow::Result<Vec<f64>> {
        let script = format!(
            "{ASK}; const [count, done] = arguments;
            (async () => {{
              const times = [];
              let after = null;
              for (let page = 0; page < count; page++) {{
                const begun = performance.now();
                const answer = await ask({{ ...first, after }});
                times.push(performance.now() - begun);
                after = answer.next;
              }}
              return times;
            }})().then(done, (error) => done({{ error: String(error) }}));"
        );
        self.numbers(&script, vec![json!(count)]).await
    }

    /// From the last key of a search to its painted rows.
    pub(super) async fn searches(&self, count: usize) -> anyhow::Result<Vec<f64>> {
        let script = format!(
            "{ASK}; const [count, done] = arguments;
            const field = document.querySelector('[data-testid=\"voucher-search\"]');
            const grid = document.querySelector('[data-testid=\"voucher-grid\"]');
            const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
            const type = async (text) => {{
              const begun = performance.now();
              const drawn = new Promise((resolve) => {{
                const watch = new MutationObserver(() => {{ watch.disconnect(); resolve(); }});
                watch.observe(grid, {{ subtree: true, childList: true, characterData: true }});
                setTimeout(resolve, 5000);
              }});
              field.value = text;
              field.dispatchEvent(new Event('input', {{ bubbles: true }}));
              await drawn;
              await painted();
              return performance.now() - begun;
            }};
            (async () => {{
              const rows = (await ask({{ ...first, sort: 'code' }})).rows;
              const times = [];
              for (let place = 0; place < count; place++) {{
                const text = rows[place * 3 % rows.length].buyer.slice(0, 3 + place % 5);
                times.push(await type(text));
                await type('');
              }}
              return times;
            }})().then(done, (error) => done({{ error: String(error) }}));"
        );
        self.numbers(&script, vec![json!(count)]).await
    }

    /// Goes anywhere so often, and waits a moment each time for the rows.
    pub(super) async fn jumps(&self, count: usize) -> anyhow::Result<()> {
        let script = "const [count, done] = arguments;
            const grid = document.querySelector('[data-testid=\"voucher-grid\"]');
            let left = count;
            const jump = () => {
              if (left-- === 0) { grid.scrollTop = 0; done([1]); return; }
              grid.scrollTop = Math.random() * (grid.scrollHeight - grid.clientHeight);
              setTimeout(jump, 400);
            };
            jump();";
        self.numbers(script, vec![json!(count)]).await.map(drop)
    }

    /// What the web view's process holds; the largest of those that there are.
    pub(super) fn resident_mebibytes() -> anyhow::Result<f64> {
        let processes = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let kib = processes.filter_map(|process| {
            let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
            let status = name.starts_with("WebKitWebProces").then(|| fs::read_to_string(format!("/proc/{process}/status")).ok())??;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().trim_end_matches(" kB").parse::<u32>().ok()
        });
        Ok(f64::from(kib.max().context("no web view")?) / 1024.0)
    }
}
