import { open } from '$/features/shell/mount'
import App from '$/features/start/StartApp.svelte'

open(App)
