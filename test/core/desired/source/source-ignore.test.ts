import { describe, expect, it } from '@jest/globals'
import {
  effectivePatterns,
  type IgnorePattern,
  ignoring,
  parsePattern,
  readPatterns,
} from '@kubectl-gitops/core/desired/source/source-ignore.js'

/** What Go's `Match` answers for one pattern and path. */
function match(line: string, domain: readonly string[], path: string, isFolder = false): string {
  const pattern = parsePattern(line, domain)
  const kind = isFolder ? 'folder' : 'file'
  if (pattern.include) return ignoring([{ ...pattern, include: false }])(path, kind) ? 'include' : 'no match'
  return ignoring([pattern])(path, kind) ? 'exclude' : 'no match'
}

describe('a pattern', () => {
  // fluxcd/pkg sourceignore/gitignore/pattern_test.go.
  const vectors: readonly (readonly [string, string, string, boolean, string])[] = [
    ['!vul?ano', '', 'value/vulkano/tail', false, 'include'],
    ['value', 'head/middle/tail', 'head/middle', false, 'no match'],
    ['value', 'head/middle/tail', 'head/middle/tail', false, 'no match'],
    ['value', 'head/middle/tail', 'head/middle/_tail_/value', false, 'no match'],
    ['middle/', 'value/volcano', 'value/volcano/middle/tail', false, 'exclude'],
    ['volcano/', 'value/volcano', 'value/volcano/tail', true, 'no match'],
    ['value', '', 'value/tail', false, 'exclude'],
    ['value', '', 'head/value/tail', false, 'exclude'],
    ['value', '', 'head/value', false, 'exclude'],
    ['value/', '', 'value/tail', false, 'exclude'],
    ['value/', '', 'head/value/tail', false, 'exclude'],
    ['value/', '', 'head/value', true, 'exclude'],
    ['value/', '', 'head/value', false, 'no match'],
    ['value', '', 'head/val/tail', false, 'no match'],
    ['val', '', 'head/value/tail', false, 'no match'],
    ['v*o', '', 'value/vulkano/tail', false, 'exclude'],
    ['vul?ano', '', 'value/vulkano/tail', false, 'exclude'],
    ['v[ou]l[kc]ano', '', 'value/volcano', false, 'exclude'],
    ['v[ou]l[', '', 'value/vol[', false, 'no match'],
    ['/value/vul?ano', '', 'value/vulkano/tail', false, 'exclude'],
    ['middle/tail/', 'value/volcano', 'value/volcano/middle/tail', true, 'exclude'],
    ['volcano/tail', 'value/volcano', 'value/volcano/tail', false, 'no match'],
    ['value/vul?ano', '', 'value/vulkano/tail', false, 'exclude'],
    ['value/vulkano', '', 'value/volcano', false, 'no match'],
    ['value/vul?ano', '', 'value', false, 'no match'],
    ['/value/volcano', '', 'value/value/volcano', false, 'no match'],
    ['**/*lue/vol?ano', '', 'value/volcano/tail', false, 'exclude'],
    ['**/*lue/vol?ano', '', 'head/value/volcano/tail', false, 'exclude'],
    ['**/*lue/vol?ano', '', 'head/value/Volcano/tail', false, 'no match'],
    ['**/*lue/vol?ano/', '', 'head/value/volcano/tail', false, 'exclude'],
    ['**/*lue/vol?ano/', '', 'head/value/volcano', true, 'exclude'],
    ['**/*lue/vol?ano/', '', 'head/value/Colcano', true, 'no match'],
    ['**/*lue/vol?ano/', '', 'head/value/volcano', false, 'no match'],
    ['/*lue/vol?ano/**', '', 'value/volcano/tail/moretail', false, 'exclude'],
    ['/*lue/vol?ano/**', '', 'value/volcano', false, 'exclude'],
    ['/*lue/**/vol?ano', '', 'value/volcano', false, 'exclude'],
    ['/*lue/**/vol?ano', '', 'value/middle/volcano', false, 'exclude'],
    ['/*lue/**/vol?ano', '', 'value/middle1/middle2/volcano', false, 'exclude'],
    ['/*lue/**/vol?ano/', '', 'value/middle1/middle2/volcano', true, 'exclude'],
    ['/*lue/**/vol?ano/', '', 'value/middle1/middle2/volcano', false, 'no match'],
    ['/*lue/**/vol?ano/', '', 'value/middle1/middle2/volcano/tail', false, 'exclude'],
    ['/*lue/**foo/vol?ano', '', 'value/foo/volcano/tail', false, 'no match'],
    ['**/head/v[ou]l[kc]ano', '', 'value/head/volcano', false, 'exclude'],
    ['**/head/v[ou]l[', '', 'value/head/vol[', false, 'no match'],
    ['/value/**/v[ou]l[', '', 'value/head/vol[', false, 'no match'],
    [
      '**/android/**/GeneratedPluginRegistrant.java',
      '',
      'packages/flutter_tools/lib/src/android/gradle.dart',
      false,
      'no match',
    ],
    // Ours: the corners that the code has and its tests have not.
    ['name   ', '', 'name', false, 'exclude'],
    ['name\\ ', '', 'name ', false, 'exclude'],
    ['*', '', 'any', false, 'exclude'],
    ['**', '', 'any', false, 'exclude'],
    ['a**b', '', 'a-b', false, 'exclude'],
    ['**/', '', 'any', false, 'no match'],
    ['/', '', 'any', false, 'no match'],
    ['//', '', 'any', false, 'no match'],
    ['!', '', 'any', false, 'no match'],
    ['a//b', '', 'a/b', false, 'exclude'],
    ['/**', '', 'any', false, 'no match'],
  ]
  it.each(vectors)('%j in %j against %j (folder: %j): %s', (...vector) => {
    const [line, domain, path, isFolder, expected] = vector
    expect(match(line, domain === '' ? [] : domain.split('/'), path, isFolder)).toBe(expected)
  })
})

const ignored = (patterns: readonly IgnorePattern[], paths: readonly string[]) =>
  paths.filter((path) => ignoring(patterns)(path))

describe('lines', () => {
  it('are asked from the last one up, the first that matches decides', () => {
    const patterns = readPatterns('**/middle/v[uo]l?ano\n!volcano\n', [])
    expect(ignored(patterns, ['head/middle/vulkano', 'head/middle/volcano'])).toEqual(['head/middle/vulkano'])
  })

  it('take files back in below a folder that is left out, as Git cannot', () => {
    const patterns = readPatterns('ignore-dir/*\n!ignore-dir/include\n', [])
    const paths = ['ignore-dir/file.yaml', 'file.yaml', 'ignore-dir/include', 'ignore-dir/include/deep.yaml']
    expect(ignored(patterns, paths)).toEqual(['ignore-dir/file.yaml'])
  })

  it('may be comments, blank, and end as on Windows', () => {
    const patterns = readPatterns('# all\r\n\r\n \t\r\na.yaml\r\n# !a.yaml', [])
    expect(patterns).toEqual([parsePattern('a.yaml', [])])
  })

  it('are comments only where they begin with #, and a byte order mark is no blank', () => {
    const patterns = readPatterns('\ufeff# a\n #b\n', [])
    expect(patterns).toEqual([parsePattern('\ufeff# a', []), parsePattern(' #b', [])])
  })

  it('act below their own folder alone', () => {
    const patterns = readPatterns('ignore-dir/*', ['domain', 'scoped'])
    expect(ignored(patterns, ['domain/scoped/ignore-dir/file.yaml', 'ignore-dir/file.yaml'])).toEqual([
      'domain/scoped/ignore-dir/file.yaml',
    ])
  })

  it('end at the first that is longer than Go reads', () => {
    const read = (length: number) => readPatterns(`a\n${'é'.repeat(length / 2)}\nb`, []).length
    expect([read(65_534), read(65_536)]).toEqual([3, 1])
  })
})

describe('the built-in patterns', () => {
  const paths = [
    '.git/config',
    '.gitignore',
    'a/.gitattributes',
    'image.jpg',
    'archive.tar.gz',
    '.github/workflows/workflow.yaml',
    'subdir/.flux.yaml',
    'subdir2/.sops.yaml',
    '.travis.yml',
    'workload.yaml',
    'workload.yml',
    'simple.txt',
  ]

  it('leave out version control, pictures, archives and CI', () => {
    expect(ignored(effectivePatterns([]), paths)).toEqual(paths.slice(0, 9))
  })

  it('are replaced, all but those of version control, by the first pattern of one’s own', () => {
    expect(ignored(effectivePatterns(readPatterns('*.txt', [])), paths)).toEqual([
      '.git/config',
      '.gitignore',
      'a/.gitattributes',
      'simple.txt',
    ])
  })

  it('stay where there are comments alone', () => {
    expect(ignored(effectivePatterns(readPatterns('# nothing\n', [])), ['image.jpg'])).toEqual(['image.jpg'])
  })
})
