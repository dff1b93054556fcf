import { describe, expect, it } from '@jest/globals'
import { ask } from './oracle.js'

type Row = readonly [text: string, vars: Readonly<Record<string, string>>, output: string]

const v = (value: string) => ({ v: value })
const PATH = '/home/bozo/ideas/thoughts.for.today'

/** The vectors of fluxcd/pkg envsubst (eval_test.go, funcs_test.go), and what its code says beyond them. */
const SUBSTITUTED: readonly Row[] = [
  ['abcdEFGH28ij', {}, 'abcdEFGH28ij'],
  ['${#v}', v('abcdEFGH28ij'), '12'],
  ['${#v}', v('é€😀'), '9'],
  ['${v^}', v('abcdEFGH28ij'), 'AbcdEFGH28ij'],
  ['${v^^}', v('abcdEFGH28ij'), 'ABCDEFGH28IJ'],
  ['${v,}', v('ABCDEFGH28IJ'), 'aBCDEFGH28IJ'],
  ['${v,,}', v('ABCDEFGH28IJ'), 'abcdefgh28ij'],
  ['${v^^}', v('straße ŉ ᾳ'), 'STRAßE ŉ ᾼ'],
  ['${v,,}', v('İ Σ'), 'i σ'],
  ['${v^,}', v('ab'), 'ab'],
  ['${v:11}', v(PATH), 'ideas/thoughts.for.today'],
  ['${v:11:5}', v(PATH), 'ideas'],
  ['${v:0:8}', v('123456789123456789'), '12345678'],
  ['${v:9:50}', v('123456789123456789'), '123456789'],
  ['${v:-3:2}', v('123456789123456789'), '123456789123456789'],
  ['${v: -3:2}', v('123456789'), '123456789'],
  ['${v:9:1}', v('12345678'), ''],
  ['${v:1::2}', v('12345678'), '23'],
  ['${v:x}', v('abc'), 'abc'],
  ['${v:+1}', v('abc'), 'abc'],
  ['${v:1:99999999999999999999}', v('abc'), 'abc'],
  ['${v:2}', v('é€'), '€'],
  ['${v=xyz}', v('abc'), 'abc'],
  ['${v=xyz}', {}, 'xyz'],
  ['${v:=xyz}', {}, 'xyz'],
  ['${v:-xyz}', v(''), 'xyz'],
  ['${v:+x}', v('a'), 'a'],
  ['${v:+x}', {}, 'x'],
  ['${v:?x}', {}, 'x'],
  ['something ${v=${d}}', { d: 'foo' }, 'something foo'],
  ['foo: ${v=${d}-suffix}', { d: 'foo1' }, 'foo: foo1-suffix'],
  ['foo: ${v=prefix${d}-suffix}', { d: 'foo1' }, 'foo: prefixfoo1-suffix'],
  ['${v=${w^^}}', { w: 'abcd' }, 'ABCD'],
  ['${v:-$$x}', {}, '$$x'],
  ['${v/%abc/XYZ}', v('abcABC123ABCabc'), 'abcABC123ABCXYZ'],
  ['${v/#abc/XYZ}', v('abcABC123ABCabc'), 'XYZABC123ABCabc'],
  ['${v//abc/xyz}', v('abcABC123ABCabc'), 'xyzABC123ABCxyz'],
  ['${v/abc/xyz}', v('abcABC123ABCabc'), 'xyzABC123ABCabc'],
  ['${v//a/$1}', v('aba'), '$1b$1'],
  ['${v/./}', v('foo.bar'), 'foobar'],
  ['${v/#foo/}', v('foo.bar'), 'foo.bar'],
  ['${v//${e}/-}', { v: 'é€', e: '' }, '-é-€-'],
  ['${v/\\//-}', v('foo/bar'), 'foo-bar'],
  ['${v//\\//-}', v('foo/bar/baz'), 'foo-bar-baz'],
  ['${v/a}b/c}', v('xa}bx'), 'xcx'],
  ['${v#*.}', v('bash.string.txt'), 'string.txt'],
  ['${v#*/}', v('path/to/file'), 'to/file'],
  ['${v#*/}', v('/path/to/file'), 'path/to/file'],
  ['${v##*.}', v('bash.string.txt'), 'txt'],
  ['${v##*/}', v('/path/to/file'), 'file'],
  ['${v%.*}', v('bash.string.txt'), 'bash.string'],
  ['${v%%.*}', v('bash.string.txt'), 'bash'],
  ['${v#[a-c]?}', v('bash'), 'sh'],
  ['${v#[^a-c]}', v('xa'), 'a'],
  ['${v#\\*}', v('*a'), 'a'],
  ['${v#[}', v('a'), 'a'],
  ['${v##*}', v('abc'), ''],
  ['$${v}', v('x'), '${v}'],
  ['$v $ $', v('x'), '$v $ $'],
  ['$$v$$', v('x'), '$v$'],
  ['$$$${v}', v('x'), '$${v}'],
  ['$$$' + '{v}', v('x'), '$x'],
  ['a ${v}$${v$${v}$v${v}', v('x'), 'a x${v${v}$vx'],
  ['something $${v=${d}}', { d: 'foo' }, 'something ${v=foo}'],
  ['\\\\something ${v=${d}}', { d: 'foo' }, '\\\\something foo'],
  ['${ünï_1}', { ünï_1: 'x' }, 'x'],
  ['${v}', v('${w}'), '${w}'],
  ['a\u0000b', {}, 'a'],
]

const UNSET_ERRORS = [
  ...['${v}', '${#v}', '${v^}', '${v^^}', '${v,}', '${v,,}', '${v:0}', '${v:0:10}'],
  ...['${v/a/b}', '${v//a/b}', '${v/#a/b}', '${v/%a/b}', '${v#a}', '${v##a}', '${v%a}', '${v%%a}', '${v^,}'],
]

const REFUSED: readonly (readonly [text: string, words: string])[] = [
  ['${v', 'missing closing brace'],
  ['${v-x}', 'missing closing brace'],
  ['${v x}', 'missing closing brace'],
  ['${v.w}', 'missing closing brace'],
  ['${}', 'unable to parse variable name'],
  ['${', 'unable to parse variable name'],
  ['${ v}', 'unable to parse variable name'],
  ['${$v}', 'unable to parse variable name'],
  ['${#}', 'bad substitution'],
  ['${#v:1}', 'bad substitution'],
  ['${##v}', 'bad substitution'],
  ['${v^^^}', 'bad substitution'],
  ['${v:', 'bad substitution'],
  ['${v:é}', 'bad substitution'],
  ['${v:}', 'unable to parse substitution within function'],
  ['${v:1:}', 'unable to parse substitution within function'],
  ['${v:1${v}}', 'bad substitution'],
  ['${v#}', 'unable to parse substitution within function'],
  ['${v///x}', 'unable to parse substitution within function'],
  ['${v/a}', 'bad substitution'],
  ['${v:-x', 'unable to parse substitution within function'],
  ['${v:=${w}', 'unable to parse substitution within function'],
  ['${v:0:-1}', 'runtime error: slice bounds out of range [:-1]'],
  ['${v:3:-1}', 'runtime error: slice bounds out of range [3:2]'],
  ['${v:0:1}', 'invalid UTF-8: a value was cut inside a character'],
]

describe('substituting variables', () => {
  it.each(SUBSTITUTED)('makes of %j with %j: %j', (text, vars, output) => {
    expect(ask({ text, vars, strict: false })).toEqual({ output })
  })

  it.each(UNSET_ERRORS)('refuses %s in strict mode where the variable is not set', (text) => {
    const error = 'variable not set (strict mode): "v"'
    expect(ask({ text, vars: {}, strict: true })).toEqual({ error })
  })

  it.each(['${v:-x}', '${v:=x}', '${v=x}', '${v:+x}', '${v:?x}'])('lets %s pass in strict mode', (text) => {
    expect(ask({ text, vars: {}, strict: true })).toEqual({ output: 'x' })
  })

  it('takes an empty value for one that is set', () => {
    expect(ask({ text: 'a${v}', vars: { v: '' }, strict: true })).toEqual({ output: 'a' })
  })

  it('takes a variable that is not set for an empty one where it is not strict', () => {
    expect(ask({ text: 'a${v}${#v}', vars: {}, strict: false })).toEqual({ output: 'a0' })
  })

  it.each(REFUSED)('refuses %j: %s', (text, error) => {
    expect(ask({ text, vars: { v: 'é€', w: 'x' }, strict: true })).toEqual({ error })
  })

  it('refuses templates nested deeper than anybody writes', () => {
    const text = '${a:='.repeat(5_000) + '}'.repeat(5_000)
    expect(() => ask({ text, vars: {}, strict: false })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })

  it('refuses to try every length of a huge value', () => {
    const vars = v('a'.repeat(70_000))
    expect(() => ask({ text: '${v%%b}', vars, strict: true })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })
})
