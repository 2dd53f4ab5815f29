import { open } from '$/features/shell/mount'
import App from '$/features/shell/OfficeApp.svelte'

open(App)
