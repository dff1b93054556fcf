import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { TestRepository } from '../../../support/git-repository.js'
import { git, head, World } from './source-world.js'
import { refusal, Stage } from '../stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

describe('a submodule', () => {
  const withSubmodule = async (url: string) => {
    const inner = await stage.repository({ 'deep.yaml': 'deep' })
    const library = await stage.repository({
      'lib.yaml': 'lib',
      '.gitmodules': '[submodule "inner"]\n\tpath = inner\n\turl = ../inner.git\n',
    })
    const pin = async (into: TestRepository, path: string, of: TestRepository) => {
      const id = await of.git('rev-parse', 'HEAD')
      await into.git('update-index', '--add', '--cacheinfo', `160000,${id},${path}`)
      await into.git('commit', '--quiet', '-m', 'Pin')
    }
    await pin(library, 'inner', inner)
    const own = await stage.repository({
      'apps/a.yaml': '',
      '.gitmodules': `# pinned\n[submodule "lib"]\n\tpath = vendor/lib/\n\turl = "${url}"\n\tbranch = main\n`,
    })
    await pin(own, 'vendor/lib', library)
    await pin(own, 'vendor/unnamed', library)
    const world = new World(stage, {
      'https://example.com/org/own': own,
      'https://example.com/org/library': library,
      'https://example.com/org/inner.git': inner,
    })
    return { world, state: { revision: await head(own) } }
  }
  const own = (fields: object) => git('own', { url: 'https://example.com/org/own', ...fields })

  it('is read at the commit that is pinned, at any depth, from what is here already', async () => {
    const { world, state } = await withSubmodule('../library')
    const made = await world.artifact(own({ recurseSubmodules: true }), state)
    expect([...made.files.keys()].sort()).toEqual([
      'apps/a.yaml',
      'vendor/lib/inner/deep.yaml',
      'vendor/lib/lib.yaml',
    ])
    expect(made.claim).toBeUndefined()
    expect(world.asked.slice(1).map((question) => question.replace(/ [0-9a-f]{12}/, ''))).toEqual([
      'https://example.com/org/library local',
      'https://example.com/org/inner.git local',
    ])
  })

  it('is an empty folder unless it is to be followed, and in a sparse checkout', async () => {
    const { world, state } = await withSubmodule('../library')
    for (const fields of [{}, { recurseSubmodules: true, sparseCheckout: ['apps', 'vendor'] }]) {
      const made = await world.artifact(own(fields), state)
      expect([...made.files.keys()]).toEqual(['apps/a.yaml'])
      expect([...made.folders].sort()).toEqual(['', 'apps', 'vendor', 'vendor/lib', 'vendor/unnamed'])
    }
  })

  it('that is nowhere here makes the artifact unknown', async () => {
    const { world, state } = await withSubmodule('https://elsewhere.example.com/library')
    const refused = await refusal(world.paths(own({ recurseSubmodules: true }), state))
    expect({ ...refused, what: refused.what.replace(/[0-9a-f]{12}/, 'COMMIT') }).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'the submodule "vendor/lib" at COMMIT cannot be read',
      why: 'no copy of https://elsewhere.example.com/library',
    })
  })

  it('whose .gitmodules is no plain text of settings is refused', async () => {
    const { world, state } = await withSubmodule('a" # "b')
    expect((await refusal(world.paths(own({ recurseSubmodules: true }), state))).what).toBe(
      '.gitmodules cannot be read',
    )
  })
})
