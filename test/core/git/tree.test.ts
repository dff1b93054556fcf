import { describe, expect, it } from '@jest/globals'
import { parseTree } from '@kubectl-gitops/core/git/tree.js'

const ID = 'a'.repeat(40)

function listing(...entries: readonly (readonly [mode: string, size: string, path: string])[]): Uint8Array {
  const text = entries.map(([mode, size, path]) => `${mode} blob ${ID} ${size.padStart(7)}\t${path}\0`)
  return Buffer.from(text.join(''))
}

describe('parseTree', () => {
  it('reads files, executables, symlinks, submodules and old modes', () => {
    const tree = parseTree(
      listing(
        ['100644', '12', 'a.yaml'],
        ['100755', '3', 'bin/run'],
        ['120000', '6', 'link'],
        ['160000', '-', 'sub'],
        ['100664', '1', 'old'],
        ['100644', 'BAD', 'absent'],
      ),
    )
    expect(tree).toEqual([
      { path: 'a.yaml', mode: '100644', id: ID, size: 12 },
      { path: 'bin/run', mode: '100755', id: ID, size: 3 },
      { path: 'link', mode: '120000', id: ID, size: 6 },
      { path: 'sub', mode: '160000', id: ID, size: undefined },
      { path: 'old', mode: '100644', id: ID, size: 1 },
      { path: 'absent', mode: '100644', id: ID, size: undefined },
    ])
  })

  it('is empty for an empty tree', () => {
    expect(parseTree(new Uint8Array())).toEqual([])
  })

  it.each([
    ' lead',
    'a b',
    'ü/ß.yaml',
    '"quoted"',
    'new\nline',
    'tab\tin',
    '-rf',
    '.github/x',
    '.gitignore',
    '...',
    'a..b',
  ])('keeps the odd but legal name %j', (path) => {
    expect(parseTree(listing(['100644', '1', path])).map((entry) => entry.path)).toEqual([path])
  })

  it.each([
    '../x',
    'a/../x',
    '..',
    './x',
    '/etc/passwd',
    'a//b',
    'a/',
    '.git/config',
    'a/.GIT/hooks/post-checkout',
    'GIT~1/config',
    '.g\u200cit/config',
  ])('refuses the whole tree for the path %j', (path) => {
    expect(() => parseTree(listing(['100644', '1', 'ok'], ['100644', '1', path]))).toThrow(
      expect.objectContaining({
        code: 'PATH_ESCAPES',
        message: `the tree holds the path ${JSON.stringify(path)}`,
      }),
    )
  })

  it('refuses a tree in which one path stands for two things', () => {
    const twice = listing(['100644', '1', 'a'], ['100644', '1', 'a'])
    const throughLink = listing(['120000', '4', 'a'], ['100644', '1', 'a/passwd'])
    expect(() => parseTree(twice)).toThrow(expect.objectContaining({ code: 'PATH_ESCAPES' }))
    expect(() => parseTree(throughLink)).toThrow(
      expect.objectContaining({ code: 'PATH_ESCAPES', why: '"a" is a file and a folder' }),
    )
  })
})
