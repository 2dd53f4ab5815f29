import { fold } from '$/components/fold'

/** A package that is built into the program. */
export type Licence = {
  name: string
  version: string
  licence: string
  from: 'rust' | 'npm'
  /** The places of its texts. */
  texts: number[]
}

export type Licences = { packages: Licence[]; texts: string[] }

/** A megabyte of texts: loaded when somebody looks, and once. */
export async function loadLicences(): Promise<Licences> {
  const { default: text } = await import('./generated/licences.json?raw')
  return JSON.parse(text)
}

/** Those whose name or licence has all that was typed. */
export function found(packages: Licence[], typed: string): Licence[] {
  const words = fold(typed).split(/\s+/).filter(Boolean)
  return packages.filter(({ name, version, licence }) => {
    const text = fold(`${name} ${version} ${licence}`)
    return words.every((word) => text.includes(word))
  })
}
