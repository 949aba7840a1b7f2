// peer-snapshot.mjs: the reference peer's snapshots of the same pages: characters, and the best time of three.
// Needs the npm package playwright-core (found from here, or in ANNEX_PEER_MODULES) and Chromium.
//   node peer-snapshot.mjs BASE NAME…
// SPDX-License-Identifier: GPL-3.0-or-later
import {createRequire} from 'node:module';
import {existsSync} from 'node:fs';

const require = createRequire((process.env.ANNEX_PEER_MODULES ?? process.cwd()) + '/');
let chromium;
try { ({chromium} = require('playwright-core')); } catch {
  console.error('No comparison: the npm package playwright-core is missing (npm install playwright-core, ANNEX_PEER_MODULES=its folder).');
  process.exit(0);
}
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (!executablePath) {
  console.error('No comparison: Chromium is missing.');
  process.exit(0);
}
const [base, ...names] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--no-proxy-server']});
const page = await (await browser.newContext({viewport: {width: 1000, height: 700}})).newPage();
page.on('dialog', (dialog) => dialog.accept());
const figures = {};
for (const name of names) {
  let best = Infinity, text = '';
  try {
    await page.goto(base + name);
  } catch { continue; }
  await page.waitForTimeout(400);
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    try { text = await page.ariaSnapshot({mode: 'ai'}); } catch { break; } // a page may break its own world
    best = Math.min(best, performance.now() - began);
  }
  if (!text) continue;
  figures[name] = [[...text].length, best];
  if (process.env.ANNEX_PAGE_PRINT) console.error(`# ${name}\n${text}`);
}
await browser.close();
console.log(JSON.stringify(figures));
