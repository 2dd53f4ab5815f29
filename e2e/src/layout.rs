//! What does not fit on the page in the window: what would have to be scrolled sideways, and words that end before they are read.

use anyhow::Context as _;
use serde_json::Value;

use crate::Desk;

/// A pixel is rounding.
const LOOK: &str = "const found = [];
    const name = (element) => {
        const marked = element.closest('[data-testid]');
        return `${element.localName}${marked ? ` in ${marked.dataset.testid}` : ''}: ${element.textContent.trim().slice(0, 60)}`;
    };
    const root = document.documentElement;
    if (root.scrollWidth > window.innerWidth + 1) found.push(`the page is ${root.scrollWidth} wide and its window ${window.innerWidth}`);
    for (const element of document.body.querySelectorAll('*')) {
        if (element.closest('svg') || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        const spills = element.scrollWidth > element.clientWidth + 1;
        const style = getComputedStyle(element);
        if (style.display === 'inline' || !spills) continue;
        const cut = style.textOverflow === 'ellipsis' && !element.closest('[title]') && !element.querySelector('[title]');
        const burst = element.matches('button, a, th, [role=tab]') && style.overflowX === 'visible';
        if (cut) found.push(`cut, and said nowhere: ${name(element)}`);
        if (burst) found.push(`wider than its place: ${name(element)}`);
    }
    return found;";

/// Looks at the page as it stands. Each line is something that does not fit.
pub async fn findings(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let answer = desk.driver.execute(LOOK, Vec::new()).await?;
    let found = answer.json().as_array().with_context(|| format!("no answer of the page: {}", answer.json()))?;
    Ok(found.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
