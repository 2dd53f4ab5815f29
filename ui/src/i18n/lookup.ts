import * as messages from './generated/messages'

type Message = (inputs: Record<string, unknown>) => string
const all = messages as unknown as Record<string, Message | undefined>

/** The words of a key that is put together at run time; null where the catalogue has none. */
export function lookup(key: string, inputs: Record<string, unknown> = {}): string | null {
  return all[key]?.(inputs) ?? null
}
