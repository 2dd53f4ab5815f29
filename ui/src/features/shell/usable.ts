/** Says, in the page's own measurements, when somebody can begin: the screen is painted, with the cursor where it belongs. */
export function markUsable() {
  requestAnimationFrame(() => setTimeout(() => performance.mark('usable')))
}
