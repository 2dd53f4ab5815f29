import { Loaded, rust } from '$/platform'

/** How the organisation writes, shared by the parts of the screen. */
export const setup = new Loaded(rust.mailSetup)
