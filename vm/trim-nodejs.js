// Debian's npm drags in what its parts were built and tested with: webpack, babel, eslint. Prints
// the folders under /usr/share/nodejs that npm does not reach through its packages' declared
// dependencies and that Node itself does not load either.
//
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
const fs = require('fs')
const path = require('path')

const top = '/usr/share/nodejs'
const libraries = [top, '/usr/lib/nodejs', '/usr/lib/x86_64-linux-gnu/nodejs', '/usr/lib/aarch64-linux-gnu/nodejs']
// Node in Debian loads these of its own modules from files.
const own = ['acorn', 'acorn-walk', 'balanced-match', 'brace-expansion', 'cjs-module-lexer', 'corepack', 'minimatch', 'undici', 'llhttp']
const kept = new Set()
const seen = new Set()

function find (name, from) {
  for (let dir = from; dir.startsWith('/usr/'); dir = path.dirname(dir)) {
    const candidate = path.join(dir, 'node_modules', name)
    if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate
  }
  return libraries.map(dir => path.join(dir, name)).find(dir => fs.existsSync(path.join(dir, 'package.json')))
}

function keep (dir) {
  const real = fs.realpathSync(dir)
  for (const one of [dir, real]) {
    if (one.startsWith(top + '/')) kept.add(one.slice(top.length + 1).split('/').slice(0, one.slice(top.length + 1).startsWith('@') ? 2 : 1).join('/'))
  }
  if (seen.has(real)) return
  seen.add(real)
  const description = JSON.parse(fs.readFileSync(path.join(real, 'package.json')))
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
    for (const name of Object.keys(description[kind] || {})) {
      const next = find(name, real)
      if (next) keep(next)
    }
  }
  // Packages that came along in one Debian package lie inside another's folder.
  const inner = path.join(real, 'node_modules')
  if (fs.existsSync(inner)) {
    for (const name of fs.readdirSync(inner)) {
      const names = name.startsWith('@') ? fs.readdirSync(path.join(inner, name)).map(n => name + '/' + n) : [name]
      for (const one of names) if (fs.existsSync(path.join(inner, one, 'package.json'))) keep(path.join(inner, one))
    }
  }
}

keep(path.join(top, 'npm'))
for (const name of own) {
  const dir = find(name, top)
  if (dir) keep(dir)
}
for (const name of fs.readdirSync(top)) {
  const names = name.startsWith('@') ? fs.readdirSync(path.join(top, name)).map(n => name + '/' + n) : [name]
  for (const one of names) if (!kept.has(one)) console.log(path.join(top, one))
}
