// Collects the licences of everything that is built into the program: the crates that cargo resolves for this system, and the npm
// packages that are built into its pages. The About page loads what this writes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ui = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(ui)
const target = join(ui, 'src/features/about/generated/licences.json')
const LONGEST = 64 * 1024
// Tools in npm's eyes, and yet parts of them are built into the pages.
const BUILT_IN = ['svelte', 'tailwindcss', '@inlang/paraglide-js']

const read = (path) => readFileSync(path, 'utf8')
const hash = (text) => createHash('sha256').update(text).digest('hex')

/** The licence files of a package, in whole. */
function textsIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice|unlicense|copyright)/i.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= LONGEST)
    .map((path) => read(path).replaceAll('\r\n', '\n').trim())
    .filter((text) => text.length > 0)
}

function crates() {
  const cargo = process.env.CARGO ?? 'cargo'
  const host = execFileSync('rustc', ['-vV'], { cwd: root, encoding: 'utf8' }).match(
    /^host: (.*)$/m,
  )[1]
  const told = execFileSync(
    cargo,
    [
      'metadata',
      '--format-version',
      '1',
      '--locked',
      '--filter-platform',
      host,
      '--features',
      'mybeadsbox/custom-protocol',
    ],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 512 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const { packages, resolve } = JSON.parse(told)
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]))
  const program = packages.find((one) => one.name === 'mybeadsbox')
  const wanted = new Set()
  const todo = [program.id]
  while (todo.length > 0) {
    const id = todo.pop()
    if (wanted.has(id)) continue
    wanted.add(id)
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) todo.push(pkg)
    }
  }
  return packages
    .filter(({ id, source }) => wanted.has(id) && source !== null)
    .map((one) => ({
      name: one.name,
      version: one.version,
      licence: one.license ?? 'see the text',
      from: 'rust',
      texts: textsIn(dirname(one.manifest_path)),
    }))
}

function npmPackages() {
  const lock = JSON.parse(read(join(ui, 'package-lock.json'))).packages
  const prefix = 'node_modules/'
  return Object.entries(lock)
    .filter(([path, one]) => path.startsWith(prefix) && !one.optional)
    .map(([path, one]) => ({
      folder: join(ui, path),
      name: path.slice(path.lastIndexOf(prefix) + prefix.length),
      one,
    }))
    .filter(({ name, one }) => (!one.dev && !one.devOptional) || BUILT_IN.includes(name))
    .filter(({ folder }) => existsSync(folder))
    .map(({ folder, name, one }) => ({
      name,
      version: one.version,
      licence: one.license ?? 'see the text',
      from: 'npm',
      texts: textsIn(folder),
    }))
}

const inputs = [
  read(join(root, 'Cargo.lock')),
  read(join(ui, 'package-lock.json')),
  read(fileURLToPath(import.meta.url)),
]
const made_of = hash(inputs.join('\0'))
if (!existsSync(target) || JSON.parse(read(target)).made_of !== made_of) {
  // Most texts are the same as another's: each is kept once.
  const texts = []
  const places = new Map()
  const placeOf = (text) => {
    if (!places.has(text)) places.set(text, texts.push(text) - 1)
    return places.get(text)
  }
  const packages = [...crates(), ...npmPackages()]
    .sort(
      (one, other) =>
        one.name.localeCompare(other.name, 'en') || one.version.localeCompare(other.version, 'en'),
    )
    .map((one) => ({ ...one, texts: one.texts.map(placeOf) }))
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, JSON.stringify({ made_of, packages, texts }))
  console.log(`licences of ${packages.length} packages, ${texts.length} texts`)
}
