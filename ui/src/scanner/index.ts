export { defaults, type Options } from './burst'
export { listenForScans } from './listen'
