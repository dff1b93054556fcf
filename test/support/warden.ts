import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/**
 * A shell that outlives this process by a moment: it reads which process groups and folders belong to us, and
 * when the pipe ends, however we died, it kills the groups and removes the folders. A pipe and no prctl, so
 * that it works on macOS too; a shell, because it takes 1 MB where Node takes 40.
 */
const SCRIPT = `
trap '' INT TERM HUP
groups=' '
while read -r verb value; do
  case $verb in
    group) groups="$groups$value " ;;
    ended) groups="\${groups%% $value *} \${groups#* $value }" ;;
    folder) set -- "$@" "$value" ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
for folder; do
  tries=0
  until rm -rf "$folder" 2>/dev/null || [ $tries -ge 20 ]; do tries=$((tries + 1)); sleep 0.1; done
done
`

let warden: ChildProcess | undefined
let wards = 0

function tell(line: string): void {
  warden ??= startWarden()
  warden.stdin?.write(`${line}\n`)
}

function startWarden(): ChildProcess {
  const started = spawn('/bin/sh', ['-c', SCRIPT, 'warden'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // The warden must keep neither the event loop nor Jest alive.
  started.unref()
  const pipe = started.stdin as (typeof started.stdin & { unref?: () => void }) | null
  pipe?.unref?.()
  pipe?.on('error', () => undefined)
  return started
}

function release(): void {
  wards -= 1
  if (wards > 0) return
  warden?.stdin?.end()
  warden = undefined
}

/** From now on this process group dies with this process; the answer takes it out of the warden's care. */
export function guardGroup(group: number): () => void {
  wards += 1
  tell(`group ${group}`)
  return once(() => {
    tell(`ended ${group}`)
    release()
  })
}

/** From now on this folder is removed when this process dies, and when the last ward is released. */
export function guardFolder(path: string): () => void {
  wards += 1
  tell(`folder ${path}`)
  return once(release)
}

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
