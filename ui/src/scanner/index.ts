export { type Options, defaults } from './burst'
export { listenForScans } from './listen'
