import App from '$/features/start/StartApp.svelte'
import { open } from '$/features/shell/mount'

open(App)
