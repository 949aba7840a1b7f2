// Debian's npm drags in what its parts were built and tested with: webpack, babel, eslint. Prints
// the folders under /usr/share/nodejs that npm does not reach, neither through its packages' declared
// dependencies nor through what their code requires (Debian's patches change the one without the
// other), and that Node itself does not load either.
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

// Names of packages that the code below a folder asks for; what only builds or tests it is left out.
function required (dir, names = new Set()) {
  const skipped = /^(node_modules|tests?|__tests__|scripts?|bench(mark)?s?|examples?|docs?|coverage)$|\.config\./
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    if (skipped.test(entry.name)) continue
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) {
      required(file, names)
    } else if (entry.isFile() && /\.[cm]?js$/.test(entry.name)) {
      const code = fs.readFileSync(file, 'utf8')
      for (const match of code.matchAll(/(?:require|import)\s*\(\s*['"]([^'"./][^'"]*)['"]|from\s*['"]([^'"./][^'"]*)['"]/g)) {
        const parts = (match[1] || match[2]).split('/')
        names.add(parts[0].startsWith('@') ? parts.slice(0, 2).join('/') : parts[0])
      }
    }
  }
  return names
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
  for (const name of required(real)) {
    const next = find(name, real)
    if (next) keep(next)
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
