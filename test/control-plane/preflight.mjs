/**
 * Says, in one line each and with the remedy, what this machine lacks to install, build and test the project.
 * Exit code 0: nothing; 1: something. Needs no installed package.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ASSET_BINARIES, MODULES, missingParts } from './modules.mjs'
import { goProblem } from './toolchain.mjs'

const runs = (command, args = ['--version']) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

function nodeProblem() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 18)) return []
  return [`Node 20.18 or newer: this is ${process.versions.node}; install Node 20, 22 or 24`]
}

function commandProblems() {
  return [
    ...(runs('git') ? [] : ['git: install it with your package manager; the tests make real repositories']),
    ...(runs('npm') ? [] : ['npm: it comes with Node; install Node 20, 22 or 24 with its npm']),
  ]
}

/** Go is needed only while something is left to build. */
function goProblems() {
  const hasAssets = Boolean(process.env.KUBEBUILDER_ASSETS)
  const isNeeded = (name) => !(hasAssets && ASSET_BINARIES.includes(name))
  const isComplete = MODULES.every((module) => {
    const { binaries, crds } = missingParts(module, process.env)
    return !crds && !binaries.some(isNeeded)
  })
  // With KUBEBUILDER_ASSETS the rest is a bonus: build.mjs says what is skipped.
  if (isComplete || hasAssets) return []
  const problem = goProblem(process.env)
  if (problem === undefined) return []
  return [`${problem}: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS (etcd, kube-apiserver, kubectl)`]
}

/** better-sqlite3 comes prebuilt for common machines; elsewhere npm compiles it. */
function compilerNotes() {
  const lock = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
  if (!lock.includes('"node_modules/better-sqlite3"')) return []
  const hasCompiler = ['c++', 'g++', 'clang++'].some((name) => runs(name))
  return [
    ...(runs('python3') ? [] : ['python3: install it if npm has to compile better-sqlite3 here']),
    ...(hasCompiler
      ? []
      : ['a C++ compiler: install g++ or clang if npm has to compile better-sqlite3 here']),
  ]
}

// An old Node cannot even look further.
const tooOld = nodeProblem()
const problems = tooOld.length > 0 ? tooOld : [...commandProblems(), ...goProblems()]
for (const problem of problems) process.stderr.write(`missing: ${problem}\n`)
if (tooOld.length === 0) for (const note of compilerNotes()) process.stderr.write(`may be missing: ${note}\n`)
process.exitCode = problems.length > 0 ? 1 : 0
