// peer-snapshot.mjs: the reference peer's snapshots of the same pages: the text, the best time of several, and
// how much of what a person can use and see of the page (cover.js) has a reference or is told in it.
// Needs the npm package playwright-core (found from here, or in ANNEX_PEER_MODULES) and Chromium.
//   node peer-snapshot.mjs BASE NAME…
// SPDX-License-Identifier: GPL-3.0-or-later
import {createRequire} from 'node:module';
import {existsSync, readFileSync} from 'node:fs';

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
const cover = readFileSync(new URL('cover.js', import.meta.url), 'utf8');
const times = 30, leastTimes = 3, enoughMs = 400, mostBoxes = 500;

const plain = (text) => text.replace(/\\(.)/g, '$1').replace(/[\s|]+/g, ' ');

// [covered, all], as page-cover.c counts them for Annex; null where the page cannot be asked or is too large.
const coverage = async (page, text) => {
  let wanted;
  try { wanted = JSON.parse(await page.evaluate(cover)); } catch { return null; }
  const references = [...text.matchAll(/\[ref=(\w+)\]/g)].map((match) => match[1]);
  if (references.length > mostBoxes) return null;
  const boxes = [];
  for (const reference of references) {
    const box = await page.locator(`aria-ref=${reference}`).boundingBox({timeout: 500}).catch(() => null);
    if (box) boxes.push([box.x, box.y, box.width, box.height]);
  }
  const words = plain(text);
  const reached = wanted.elements.filter((element) => boxes.some((box) => box.every((side, i) => Math.abs(side - element[i]) < 1)));
  const told = wanted.texts.filter((part) => words.includes(part));
  return [reached.length + told.length, wanted.elements.length + wanted.texts.length];
};

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
  const start = performance.now();
  for (let i = 0; i < times && (i < leastTimes || performance.now() - start < enoughMs); i++) {
    const began = performance.now();
    try { text = await page.ariaSnapshot({mode: 'ai'}); } catch { break; } // a page may break its own world
    best = Math.min(best, performance.now() - began);
  }
  if (!text) continue;
  const covered = await coverage(page, text);
  figures[name] = {text, ms: best, ...(covered ? {covered: covered[0], all: covered[1]} : {})};
  if (process.env.ANNEX_PAGE_PRINT) console.error(`# ${name}\n${text}`);
}
await browser.close();
console.log(JSON.stringify(figures));
