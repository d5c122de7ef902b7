// SPDX-License-Identifier: BSD-2-Clause
// Chromium for the tests, led by lines of JSON on standard input, each answered by one on standard output.
// usage: node browser.mjs FOLDER_OF_NODE_MODULES CHROMIUM
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'

const require = createRequire(process.argv[2] + '/')
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const browser = await chromium.launch({ executablePath: process.argv[3], args: ['--no-sandbox'] })
let context
let page
let heard // what a page that behaves does not cause: requests to elsewhere, console messages, dialogs

// A new visitor; scripts says whether the browser runs any. Without them the page is what most careful visitors see.
async function visit({ width = 1280, dark = false, scripts = false }) {
	await context?.close()
	context = await browser.newContext({
		viewport: { width, height: 900 },
		colorScheme: dark ? 'dark' : 'light',
		javaScriptEnabled: scripts,
		bypassCSP: false,
	})
	page = await context.newPage()
	heard = []
	page.on('console', message => heard.push(`console: ${message.text()}`))
	page.on('dialog', dialog => { heard.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
	page.on('pageerror', error => heard.push(`error: ${error.message}`))
	page.on('requestfailed', request => {
		// One that a click to the next page left unfinished is no failure.
		if (request.failure()?.errorText !== 'net::ERR_ABORTED')
			heard.push(`failed: ${request.url()}`)
	})
	page.on('request', request => {
		const url = new URL(request.url())
		if (url.protocol !== 'data:' && url.hostname !== '127.0.0.1')
			heard.push(`request: ${request.url()}`)
	})
}

const commands = {
	visit,
	async goto({ url }) {
		const answer = await page.goto(url)
		return { status: answer.status(), url: page.url() }
	},
	headers: ({ headers }) => context.setExtraHTTPHeaders(headers),
	click: ({ name, role = 'link' }) => page.getByRole(role, { name }).first().click(),
	fill: ({ label, value }) => page.getByLabel(label).fill(value),
	upload: ({ label, file }) => page.getByLabel(label).setInputFiles(file),
	press: ({ key }) => page.keyboard.press(key),
	reload: () => page.reload().then(() => undefined),
	text: async () => ({ url: page.url(), title: await page.title(), text: await page.innerText('body') }),
	// Until the page, which asks for itself again, says something.
	waitFor: ({ text, seconds }) =>
		page.getByText(text).first().waitFor({ timeout: seconds * 1000 }),
	shot: ({ file }) => page.screenshot({ path: file, fullPage: true }).then(() => undefined),
	// What has the focus, and whether one can see that.
	focus: () => page.evaluate(() => {
		const style = getComputedStyle(document.activeElement)
		return {
			tag: document.activeElement.tagName,
			text: document.activeElement.textContent.trim() || document.activeElement.id,
			outline: style.outlineStyle,
		}
	}),
	overflow: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
	axe: async () => {
		await page.evaluate(axe)
		const found = await page.evaluate(() => globalThis.axe.run())
		return found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' | ')}`)
	},
	heard: () => heard,
	cookies: () => context.cookies(),
}

for await (const line of createInterface({ input: process.stdin })) {
	const { command, ...options } = JSON.parse(line)
	try {
		const result = await commands[command](options)
		console.log(JSON.stringify({ result: result ?? null }))
	} catch (error) {
		console.log(JSON.stringify({ error: String(error) }))
	}
}
await browser.close()
