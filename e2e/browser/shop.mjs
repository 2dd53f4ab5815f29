// Buys on the shop page as people do: with a mouse, with a keyboard, without scripts, on a small phone, in French and in the dark.
// Says what it bought as JSON on its last line; anything that is not as it should be ends it with an error.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { chromium } from 'playwright-core'

const { SHOP_URL: shop, PICTURES: pictures, CHROMIUM: program = '/usr/bin/chromium' } = process.env
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const BUYER = { buyer: 'Léa <b>Dubois</b>', email: 'lea@example.org', recipient: 'Tante Odile', message: 'Bon anniversaire !\nÀ bientôt.' }

const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })

/** A browser of somebody, who is told of every fault of a page. */
async function person(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  page.withoutScripts = options.javaScriptEnabled === false
  page.on('console', (line) => {
    // A status of 4xx is what some pages are about.
    if (line.type() === 'error' && !line.text().includes('the server responded with a status of')) page.fault ??= line.text()
  })
  page.on('pageerror', (error) => (page.fault ??= String(error)))
  return page
}

/** Where scripts are off no timer ever ends, and axe waits for some. It sees the page as it is all the same. */
function runTimersAtOnce() {
  globalThis.setTimeout = (act) => {
    Promise.resolve().then(act)
    return 0
  }
}

/** Nothing runs over the edge, nothing is complained of, and axe finds nothing. Keeps a picture. */
async function look(page, name) {
  assert.equal(page.fault, undefined, `${name}: ${page.fault}`)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(over <= 0, `${name} is ${over} pixels too wide`)
  if (pictures) await page.screenshot({ path: path.join(pictures, `shop-${name}.png`), fullPage: true })
  if (page.withoutScripts) await page.evaluate(runTimersAtOnce)
  await page.evaluate(axe)
  const found = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), TAGS)
  assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes.map((node) => `${node.html} ${node.failureSummary}`)]), [], name)
}

async function fill(page, said = BUYER) {
  for (const [field, text] of Object.entries(said)) await page.fill(`#${field}`, text)
  // As long as a person takes.
  await page.waitForTimeout(2200)
}

const EN = { buy: /Buy for €41\.36/, order: /Order for/, pay: /Pay €41\.36/, thanks: 'Thank you, here is your voucher', download: /Download/ }
const FR = { buy: /Acheter pour 41,36/, order: /Commander/, pay: /Payer 41,36/, thanks: 'Merci, voici votre bon', download: /Télécharger/ }

/** With a mouse: the form with mistakes, then by card on the provider's page, and the voucher with its paper. As that person, who reads those words. */
async function byCard(options, words, suffix = '') {
  const page = await person(options)
  await page.goto(`${shop}/vouchers/`)
  await look(page, `choose${suffix}`)
  assert.equal(await page.locator('.card').count(), 2)
  await page.getByRole('link', { name: words.buy }).click()
  await look(page, `buy${suffix}`)
  assert.ok(await page.locator('.voucher .about').isVisible(), 'where there is room, it is told what is bought')
  await fill(page, { ...BUYER, email: 'nobody' })
  await page.getByRole('button').click()
  await look(page, `mistakes${suffix}`)
  assert.equal(await page.evaluate(() => document.activeElement.id), 'faults', 'what is wrong is read first')
  assert.equal(await page.inputValue('#message'), BUYER.message, 'nothing that was typed is lost')
  await page.locator('.faults a').click()
  assert.equal(await page.evaluate(() => document.activeElement.id), 'email')
  await fill(page)
  await page.getByRole('button', { name: words.order }).click()
  await page.waitForURL('**/pay/**')
  // Coming back without having paid is no payment.
  await page.getByRole('link', { name: 'Back' }).click()
  await look(page, `unpaid${suffix}`)
  await page.getByRole('button', { name: words.pay }).click()
  await page.waitForURL('**/pay/**')
  await page.getByRole('button', { name: 'Pay' }).click()
  await page.getByRole('heading', { name: words.thanks }).waitFor()
  await look(page, `thanks${suffix}`)
  assert.equal(await page.locator('.qr svg').count(), 1)
  const [paper] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: words.download }).click()])
  assert.ok(readFileSync(await paper.path()).subarray(0, 5).equals(Buffer.from('%PDF-')))
  const code = await page.locator('[data-code]').getAttribute('data-code')
  await page.reload()
  assert.equal(await page.locator('[data-code]').getAttribute('data-code'), code)
  await page.context().close()
  return code
}

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, locale: 'fr-FR' }

/** Without scripts, in French, to be paid in the shop; back and sent again it is the same order. */
async function toPayInTheShop() {
  const page = await person(WITHOUT_SCRIPTS)
  await page.goto(`${shop}/vouchers/`)
  await page.getByRole('link', { name: FR.buy }).click()
  await fill(page)
  await page.getByLabel('En boutique').check()
  await page.getByRole('button', { name: FR.order }).click()
  const code = await page.locator('[data-reservation]').getAttribute('data-reservation')
  await page.goBack()
  await page.getByRole('button', { name: FR.order }).click()
  assert.equal(await page.locator('[data-reservation]').getAttribute('data-reservation'), code)
  const address = page.url()
  await page.context().close()
  return { code, address }
}

/** By keyboard alone, on a phone, in the dark. */
async function byKeyboard() {
  const page = await person({ viewport: { width: 320, height: 640 }, locale: 'fr-FR', colorScheme: 'dark' })
  await page.goto(`${shop}/vouchers/`)
  await look(page, 'choose-fr-dark-320')
  const press = async (key, times = 1) => {
    for (let time = 0; time < times; time += 1) await page.keyboard.press(key)
  }
  await press('Tab')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Aller au contenu/)
  // Over the name of the house and the other language to the first voucher.
  await press('Tab', 3)
  await press('Enter')
  await page.waitForURL('**/buy/**')
  await look(page, 'buy-fr-dark-320')
  const form = await page.locator('form.panel').boundingBox()
  assert.ok(form.y < 440, `on a phone the form begins at ${form.y}: it is not a screen down`)
  await page.getByText('De quoi il s’agit').click()
  await page.locator('.more .about').waitFor({ state: 'visible' })
  await page.locator('#buyer').focus()
  for (const text of [BUYER.buyer, BUYER.email, BUYER.recipient, 'Bravo']) {
    await page.keyboard.type(text)
    await press('Tab')
  }
  await press('ArrowDown')
  await page.waitForTimeout(2200)
  await press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.type), 'submit', 'the hidden field takes no focus')
  await press('Enter')
  await page.locator('[data-reservation]').waitFor()
  await look(page, 'reserved-fr-dark-320')
  await page.getByRole('link', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Your voucher is reserved' }).waitFor()
  await look(page, 'reserved-dark-320')
  await page.goto(`${shop}/vouchers/orders/nobody?lang=fr`)
  await look(page, 'trouble-fr-dark-320')
  await page.context().close()
}

/** What a page shows to whoever comes back to it, in the other theme and size. */
async function thanks(address) {
  const page = await person({ viewport: { width: 320, height: 640 }, locale: 'fr-FR', colorScheme: 'dark' })
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await look(page, 'thanks-fr-dark-320')
  const text = await page.locator('main').innerText()
  await page.context().close()
  return text
}

const PHONE = { viewport: { width: 320, height: 640 }, locale: 'fr-FR', colorScheme: 'dark' }

/** At both sizes, in both themes and languages. */
async function everywhere(name, path, heading) {
  for (const [options, suffix, words] of [
    [{}, '', heading[0]],
    [PHONE, '-fr-dark-320', heading[1]],
  ]) {
    const page = await person(options)
    await page.goto(`${shop}${path}`)
    await page.getByRole('heading', { name: words }).waitFor()
    await look(page, `${name}${suffix}`)
    await page.context().close()
  }
}

/** Where nothing is sold: the page of all vouchers, and that of one which somebody kept. */
async function closed() {
  await everywhere('closed', '/vouchers/', ['Nothing on sale right now', 'Rien en vente pour le moment'])
  await everywhere('gone', `/vouchers/buy/${process.argv[3]}`, ['This voucher is not on sale any more', 'Ce bon n’est plus en vente'])
}

/** Somebody sends more forms than an address may. */
async function hasty() {
  for (const [options, suffix, words] of [
    [{}, '', 'Many forms came from your connection'],
    [PHONE, '-fr-dark-320', 'Beaucoup de formulaires sont venus'],
  ]) {
    const page = await person(options)
    await page.goto(`${shop}/vouchers/buy/${process.argv[3]}`)
    await fill(page, { buyer: BUYER.buyer, email: 'nobody' })
    const slower = page.getByText(words)
    for (let sent = 0; sent < 40 && (await slower.count()) === 0; sent += 1) {
      await Promise.all([page.waitForNavigation(), page.locator('form.panel button').click()])
    }
    await slower.waitFor()
    await look(page, `slower${suffix}`)
    assert.equal(await page.inputValue('#buyer'), BUYER.buyer, 'nothing that was typed is lost')
    await page.context().close()
  }
}

const scenes = { look: async () => ({ text: await thanks(process.argv[3]) }), closed, hasty }

try {
  const said = (await (scenes[process.argv[2]] ?? buy)()) ?? {}
  console.log(JSON.stringify(said))
} finally {
  await browser.close()
}

async function buy() {
  const paid = await byCard({}, EN)
  const paidWithoutScripts = await byCard(WITHOUT_SCRIPTS, FR, '-fr-without-scripts')
  const reserved = await toPayInTheShop()
  await byKeyboard()
  return { paid, paid_without_scripts: paidWithoutScripts, reserved: reserved.code, address: reserved.address }
}
