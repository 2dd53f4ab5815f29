import App from '$/features/shell/OfficeApp.svelte'
import { open } from '$/features/shell/mount'

open(App)
