import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kustomizeBuild, kustomizeWords, type Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { configMap, kustomizeIn, refusal, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

let count = 0

/** A kubectl of our own that does what a shell script says, and an empty folder for scratch copies. */
async function fake(script: string, timeoutMs = 30_000): Promise<Kustomize & { readonly tmp: string }> {
  const folder = join(stage.folder.path, `fake-${count++}`)
  const tmp = join(folder, 'tmp')
  await mkdir(tmp, { recursive: true })
  const kubectl = join(folder, 'kubectl')
  await writeFile(kubectl, `#!/bin/sh\n${script}\n`)
  await chmod(kubectl, 0o755)
  return { ...kustomizeIn(tmp), kubectl, timeoutMs, tmp }
}

const FILES = new Map([
  ['apps/kustomization.yaml', '{"resources":["a.yaml"]}'],
  ['apps/a.yaml', configMap('a')],
])

describe('a kustomize build', () => {
  it('answers what kustomize printed and leaves nothing behind', async () => {
    const { tmp } = await fake('')
    expect(await kustomizeBuild(kustomizeIn(tmp), FILES, 'apps')).toBe(
      'apiVersion: v1\ndata:\n  a: "1"\nkind: ConfigMap\nmetadata:\n  name: a\n',
    )
    expect(await readdir(tmp)).toEqual([])
  })

  it('gives kustomize a private copy and an empty home, and nothing of the user’s', async () => {
    const kustomize = await fake('env; ls -A "$HOME"; stat -c "%a" . .. apps/a.yaml; echo "args: $*"')
    const env = {
      ...kustomize.env,
      HOME: '/home/somebody',
      KUBECONFIG: '/home/somebody/.kube/config',
      TOKEN: 'x',
    }
    const printed = (await kustomizeBuild({ ...kustomize, env }, FILES, 'apps')).split('\n')
    const names = printed.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.replace(/=.*/, ''))
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)).sort()).toEqual([
      'GIT_ALLOW_PROTOCOL',
      'GIT_CONFIG_NOSYSTEM',
      'GOGC',
      'HOME',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'KUBECONFIG',
      'KUBECTL_KUBERC',
      'PATH',
    ])
    expect(printed.join('\n')).not.toContain('somebody')
    const scratch = printed
      .find((line) => line.startsWith('HOME='))
      ?.replace('HOME=', '')
      .replace(/\/home$/, '')
    expect(printed.slice(-5)).toEqual([
      '700',
      '700',
      '600',
      `args: kustomize --load-restrictor=LoadRestrictionsNone -- ${scratch}/files/apps`,
      '',
    ])
    expect(await readdir(kustomize.tmp)).toEqual([])
  })

  it('hands every kustomization file over in one spelling, other files as they are', async () => {
    const kustomize = await fake(
      'cat apps/kustomization.yaml base/Kustomization base/empty/kustomization.yml base/a.yaml',
    )
    const files = new Map([
      ['apps/kustomization.yaml', '{"resources":["\u2028"]}'],
      ['base/Kustomization', '# x\nresources: [yes]\n---\nresources: [b]\n'],
      ['base/empty/kustomization.yml', '# nothing\n'],
      ['base/a.yaml', 'on:   yes # kept\n'],
    ])
    expect(await kustomizeBuild(kustomize, files, 'apps')).toBe(
      '{"resources":["\\u2028"]}\n{"resources":[true]}\non:   yes # kept\n',
    )
  })

  it('fails with kustomize’s own words, and leaves nothing behind', async () => {
    const { tmp } = await fake('')
    const files = new Map([['apps/kustomization.yaml', '{"resources":["gone.yaml"]}']])
    const { code, why } = await refusal(kustomizeBuild(kustomizeIn(tmp), files, 'apps'))
    expect(code).toBe('BUILD_FAILED')
    expect(why).toMatch(/'apps\/gone\.yaml'/)
    expect(why).not.toContain(tmp)
    expect(await readdir(tmp)).toEqual([])
  })

  it('says how kustomize ended where it said nothing', async () => {
    const words = async (script: string) =>
      (await refusal(kustomizeBuild(await fake(script), FILES, 'apps'))).why
    expect([await words('exit 3'), await words('kill -9 $$')]).toEqual([
      'it ended with exit code 3',
      'it ended with SIGKILL',
    ])
  })

  it('is stopped when it takes too long, and leaves nothing behind', async () => {
    const kustomize = await fake('exec sleep 600', 300)
    expect(await refusal(kustomizeBuild(kustomize, FILES, 'apps'))).toEqual({
      code: 'BUILD_TIMEOUT',
      what: 'kustomize was stopped',
      why: 'it took longer than 0.3 s',
    })
    expect(await readdir(kustomize.tmp)).toEqual([])
  })

  it('is stopped when it prints without end', async () => {
    const { code, why } = await refusal(
      kustomizeBuild(await fake('exec yes 0123456789abcdef'), FILES, 'apps'),
    )
    expect([code, why]).toEqual(['LIMIT_EXCEEDED', 'it printed more than 256 MiB'])
  })

  it('says where kubectl was looked for', async () => {
    const kustomize = await fake('')
    const missing = { ...kustomize, kubectl: '/nowhere/kubectl' }
    expect(await refusal(kustomizeBuild(missing, FILES, 'apps'))).toEqual({
      code: 'KUSTOMIZE_NOT_FOUND',
      what: 'cannot build: /nowhere/kubectl was not found',
      why: '',
    })
    await chmod(kustomize.kubectl, 0o644)
    expect((await refusal(kustomizeBuild(kustomize, FILES, 'apps'))).what).toBe(
      `cannot build: ${kustomize.kubectl} cannot be run`,
    )
  })

  it.each(['SIGTERM', 'SIGINT', 'exit'])(
    'leaves nothing behind when the process ends by %s',
    async (ending) => {
      const kustomize = await fake('touch "$(dirname "$0")/running"; exec sleep 5')
      const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
      const program = `
      import { trackScratch } from ${url('../../../core/src/desired/scratch.ts')}
      import { mkdtempSync, writeFileSync } from 'node:fs'
      const folder = mkdtempSync(${JSON.stringify(join(kustomize.tmp, 'kubectl-gitops-'))})
      writeFileSync(folder + '/file', '')
      trackScratch(folder)
      console.log('ready')
      if (${JSON.stringify(ending)} === 'exit') process.exit(0)
      setInterval(() => undefined, 1000)
    `
      const script = join(kustomize.tmp, '..', 'program.mjs')
      await writeFile(script, program)
      const loader = new URL('../../support/typescript.mjs', import.meta.url).href
      const child = spawn(process.execPath, ['--import', loader, script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      if (ending !== 'exit') child.kill(ending as NodeJS.Signals)
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
      expect([code, signal]).toEqual(ending === 'exit' ? [0, null] : [null, ending])
      expect(await readdir(kustomize.tmp)).toEqual([])
    },
  )
})

describe('kustomize’s words', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['paths', 'error: x: /tmp/s/files/apps/a.yaml in /tmp/s/files\n', 'x: apps/a.yaml in .'],
    [
      'a log line’s clothes',
      'E1124 00:10:54.039011   28357 run.go:72] "command failed" err=<\n\tFound two files under: /tmp/s/files/a\n\tsecond\n >\n',
      'Found two files under: a\nsecond',
    ],
    [
      'a log line’s quotes, before secrets are looked for',
      'E1124 00:10:54.039011   28357 run.go:72] "command failed" err="in [patch: \\"a: hunter2\\"]\\x07"\n',
      'in [patch: ***]\u0007',
    ],
    [
      'a panic’s stack',
      'panic: no good\n\tat all\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:7\n',
      'recovered from kustomize build panic: no good\nat all',
    ],
    ['deprecation notes', "# Warning: 'bases' is deprecated.\nerror: no\n", 'no'],
    [
      'what is logged on the way',
      'I1124 04:29:56.802193    8965 log.go:244] well-defined vars that were never replaced: A\nerror: no\n',
      'no',
    ],
    ['a generator’s literals', 'literal sources [password=hunter2]: invalid', 'literal sources ***: invalid'],
    [
      'one literal',
      'invalid literal source hunter2, expected key=value',
      'invalid literal source ***, expected key=value',
    ],
    [
      'a plugin’s configuration',
      'trouble configuring builtin X with config: `\npassword: hunter2\n`: bad',
      'trouble configuring builtin X with config: ***: bad',
    ],
    [
      'a patch',
      'unable to parse SM or JSON patch from [patch: "stringData: {a: hunter2}"]',
      'unable to parse SM or JSON patch from [patch: ***]',
    ],
  ]
  it.each(cases)('are cleaned of %s', (_, words, clean) => {
    expect(kustomizeWords(words, '/tmp/s')).toBe(clean)
  })

  it('keep a Secret’s values out of a real failure', async () => {
    const tries = [
      'secretGenerator: [{name: x, literals: [hunter2]}]',
      'secretGenerator: [{name: x, behavior: merge, literals: [a=hunter2]}]',
      'patches: [{patch: "stringData: hunter2"}]',
      'patches: [{target: {kind: Secret}, patch: "hunter2"}]',
      'secretGenerator: [{name: x, envs: [bad.env]}]',
      'replacements: [{sourceValue: hunter2, targets: [{select: {kind: Secret}, fieldPaths: [spec.x]}]}]',
    ]
    for (const text of tries) {
      const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n'
      const files = {
        'kustomization.yaml': `resources: [s.yaml]\n${text}`,
        's.yaml': secret,
        'bad.env': new Uint8Array([...Buffer.from('hunter2'), 0xff, 10]),
      }
      const refused = await refusal(stage.build(files))
      expect([refused.code, JSON.stringify(refused)]).toEqual([
        'BUILD_FAILED',
        expect.not.stringMatching(/hunter2|104 117 110/),
      ])
    }
  })
})
