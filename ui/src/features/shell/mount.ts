import { type Component, mount } from 'svelte'
import { rust } from '$/platform'
import { preferences } from './preferences.svelte'
import '$/styles/app.css'

/** Puts a window's screens on the page once its language and theme are known. */
export async function open(App: Component) {
  try {
    preferences.use((await rust.programState()).preferences)
  } catch (reason) {
    // The screens can still say what is wrong, in the system's language.
    console.error('no program state', reason)
    preferences.use({ language: 'system', theme: 'system' })
  }
  const target = document.getElementById('app')
  if (target) mount(App, { target })
}
