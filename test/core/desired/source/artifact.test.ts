import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { comparePaths } from '@kubectl-gitops/core/desired/source/artifact.js'
import { type Files, Stage } from '../stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const filesOf = async (files: Files, ignore?: string) => [
  ...(await stage.artifact(files, ignore)).files.keys(),
]

describe('an artifact', () => {
  it('holds regular and executable files, no symbolic links and nothing of version control', async () => {
    const files = {
      'a.yaml': 'a',
      'run.sh': { executable: 'exit 0' },
      'link.yaml': { link: 'a.yaml' },
      '.gitignore': '*.tmp',
      'logo.png': 'png',
    }
    expect(await filesOf(files)).toEqual(['a.yaml', 'run.sh'])
  })

  it('takes paths back in below an excluded parent, as faces-demo is filtered', async () => {
    const files = {
      'README.md': '',
      'k8s/01-base/faces.yaml': '',
      'k8s/02-extra/more.yaml': '',
      'src/main.go': '',
    }
    expect(await filesOf(files, '/*\n!/k8s/01-base/\n')).toEqual(['k8s/01-base/faces.yaml'])
  })

  it('is filtered by every .sourceignore in the order of a walk, then by spec.ignore', async () => {
    const files = {
      '.sourceignore': '*.txt\n!keep.txt\n',
      'a/.sourceignore': 'keep.txt\n',
      'a/keep.txt': '',
      'b/keep.txt': '',
      'b/drop.txt': '',
      'b/other.md': '',
      'b/logo.png': '',
    }
    expect(await filesOf(files)).toEqual([
      '.sourceignore',
      'a/.sourceignore',
      'b/keep.txt',
      'b/logo.png',
      'b/other.md',
    ])
    expect(await filesOf(files, '*.md\n!a/keep.txt')).toEqual([
      '.sourceignore',
      'a/.sourceignore',
      'a/keep.txt',
      'b/keep.txt',
      'b/logo.png',
    ])
  })

  it('reads a .sourceignore that another one leaves out', async () => {
    const files = {
      '.sourceignore': '.sourceignore\n',
      'a/.sourceignore': 'x.yaml\n',
      'a/x.yaml': '',
      'y.yaml': '',
    }
    expect(await filesOf(files)).toEqual(['y.yaml'])
  })

  it('keeps a folder whose files are all left out, unless a rule names the folder', async () => {
    const files = {
      '.sourceignore': '*.md\n/gone/\n',
      'docs/deep/a.md': '',
      'gone/a.md': '',
      'apps/a.yaml': '',
    }
    const { folders } = await stage.artifact(files)
    expect([...folders].sort()).toEqual(['', 'apps', 'docs', 'docs/deep'])
  })

  it('keeps the folder that an excluded folder’s included file stands in', async () => {
    const { folders } = await stage.artifact({ '.sourceignore': '/*\n!/apps/one/\n', 'apps/one/a.yaml': '' })
    expect([...folders].sort()).toEqual(['', 'apps', 'apps/one'])
  })
})

describe('paths', () => {
  it('are ordered as Go walks folders: name by name, in bytes', () => {
    const walked = ['A/x', 'a/x', 'a/y/z', 'a-b/x', 'a.yaml', 'a0', 'ab', 'é', '\u{10000}']
    expect([...walked].reverse().sort(comparePaths)).toEqual(walked)
  })
})
