//! What axe finds on the page in the window: rules of WCAG 2.2 AA and of good practice.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use crate::Desk;

/// From the screens' own packages, as the lock file names it.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");

/// Everything but the experimental rules.
const RUN: &str = "const done = arguments[0];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
        .then(({ violations }) => done(violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) =>
            ({ target: node.target.join(' '), html: node.html.slice(0, 160), why: node.failureSummary })) }))),
            (error) => done(String(error)));";

/// Ends what moves, for as long as the page stands: what is on its way in or out has colours that nobody reads.
const STILL: &str = "if (!window.still) {
        window.still = new CSSStyleSheet();
        window.still.replaceSync('*, *::before, *::after { animation: none !important; transition: none !important; }');
        document.adoptedStyleSheets.push(window.still);
    }";

/// Lets nothing on the page move any more, so that a picture and what axe says are of the same page.
pub async fn hold_still(desk: &Desk) -> anyhow::Result<()> {
    desk.driver.execute(STILL, Vec::new()).await?;
    Ok(())
}

/// Asks axe about the page as it stands. Each line is a rule that does not hold, with the elements that break it.
pub async fn findings(desk: &Desk) -> anyhow::Result<Vec<String>> {
    if desk.driver.execute("return typeof axe === 'undefined'", Vec::new()).await?.json() == &Value::Bool(true) {
        let source = std::fs::read_to_string(Path::new(SOURCE)).context("axe-core is missing: run npm ci in ui")?;
        desk.driver.execute(source, Vec::new()).await?;
    }
    let answer = desk.driver.execute_async(RUN, Vec::new()).await?;
    let violations = answer.json().as_array().with_context(|| format!("axe did not end: {}", answer.json()))?;
    Ok(violations.iter().map(line).collect())
}

fn line(violation: &Value) -> String {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let places: Vec<String> = nodes
        .iter()
        .map(|node| format!("    {} {}\n      {}", text(node, "target"), text(node, "html"), text(node, "why").replace('\n', " ")))
        .collect();
    format!("{}: {}\n{}", text(violation, "id"), text(violation, "help"), places.join("\n"))
}
