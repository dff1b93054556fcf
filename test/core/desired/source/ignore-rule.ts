import fc from 'fast-check'

/** Few names, so that patterns meet them. */
const NAMES = ['a', 'b', 'ab', 'a.yaml', 'b.md', 'é', 'a b', 'a ', '.git', 'x.jpg', '[a]', 'a*', '\\', '-']
export const name = fc.constantFrom(...NAMES)
export const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))

const piece = fc.oneof(
  { weight: 4, arbitrary: name },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '*',
      '**',
      '?',
      '*.yaml',
      'a*',
      '*b*',
      '***',
      'a**',
      '**b',
      '',
      '[a-b]',
      '[^a]',
      '[',
      '[]a]',
      '[b-a]',
      '[\\]]',
      '\\*',
      'a\\',
      '?b',
      '[é-ü]',
    ),
  },
)

/** One line of a `.sourceignore` file. */
export const line = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '#', '/', '!/', ' ', '\ufeff'),
    fc.array(piece, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '/', ' ', '\\ ', '/ ', '//', '\t'),
  )
  .map(([before, pieces, after]) => `${before}${pieces.join('/')}${after}`)
