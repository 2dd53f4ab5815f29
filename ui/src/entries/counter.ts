import App from '$/features/shell/CounterApp.svelte'
import { open } from '$/features/shell/mount'

open(App)
