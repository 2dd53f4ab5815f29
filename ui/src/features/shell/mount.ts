import { type Component, mount } from 'svelte'
import { translateHints } from '$/i18n/hints'
import { rust } from '$/platform'
import { preferences } from './preferences.svelte'
import '$/styles/app.css'

// A blank window for longer than this looks broken; the preferences then follow.
const LONGEST = 150

/** Puts a window's screens on the page once its language and theme are known. */
export async function open(App: Component) {
  translateHints(document)
  preferences.use({ language: 'system', theme: 'system' })
  const known = rust.programState().then(
    (program) => preferences.use(program.preferences),
    // The screens can still say what is wrong, in the system's language.
    (reason) => console.error('no program state', reason),
  )
  await Promise.race([known, new Promise((go) => setTimeout(go, LONGEST))])
  const target = document.getElementById('app')
  if (target) mount(App, { target })
}
