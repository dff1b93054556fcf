import { describe, expect, it } from '@jest/globals'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { matchesLabels, parseLabelSelector } from '@kubectl-gitops/core/label-selector.js'

const SETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: {},
  web: { app: 'web', tier: 'front', 'example.com/rank': '5' },
  cache: { app: 'cache', tier: '' },
}

const chosen = (text: string) =>
  Object.keys(SETS).filter((name) => matchesLabels(parseLabelSelector(text), SETS[name]))

describe('a label selector', () => {
  it.each([
    ['', 'none web cache'],
    ['  ', 'none web cache'],
    ['app', 'web cache'],
    ['!app', 'none'],
    ['! app', 'none'],
    ['app=web', 'web'],
    ['app==web', 'web'],
    ['app = web', 'web'],
    ['app!=web', 'none cache'],
    ['tier=', 'cache'],
    ['tier!=', 'none web'],
    ['app in (web, cache)', 'web cache'],
    ['app in(web)', 'web'],
    ['app notin (web)', 'none cache'],
    ['tier in (,front)', 'web cache'],
    ['tier in (front,)', 'web cache'],
    ['app in (web,cache),tier=', 'cache'],
    ['app,tier!=front', 'cache'],
    ['example.com/rank>4', 'web'],
    ['example.com/rank<5', ''],
    ['example.com/rank>-1,app', 'web'],
    ['app>1', ''],
    ['in in (in)', ''],
    ['notin', ''],
    ['toString', ''],
  ])('%j selects %j', (text, names) => {
    expect(chosen(text).join(' ')).toBe(names)
  })

  it.each([
    [',app', 1, "found ',', expected a label"],
    ['app,', 5, "found the end, expected a label after ','"],
    ['app,,tier', 5, "found ',', expected a label"],
    ['app web', 5, "found 'web', expected =, ==, !=, in, notin, > or <"],
    ['app=web cache', 9, "found 'cache', expected ',' or the end"],
    ['app=!web', 5, "found '!', expected a value"],
    ['!app=web', 5, "found '=', expected ',' or the end"],
    ['!!app', 2, "found '!', expected a label"],
    ['app in web', 8, "found 'web', expected '('"],
    ['app in ()', 9, "found ')', expected a value"],
    ['app in (web', 12, "found the end, expected ',' or ')'"],
    ['app>web', 5, "found 'web', expected an integer"],
    ['-app', 1, "found '-app', expected the name of a label"],
    ['Example.com/app', 1, "found 'Example.com/app', expected the name of a label"],
    ['a/b/c', 1, "found 'a/b/c', expected the name of a label"],
    ['/app', 1, "found '/app', expected the name of a label"],
    [`app=${'x'.repeat(64)}`, 5, `found '${'x'.repeat(64)}', expected a value that a label can have`],
  ])('is refused for %j at character %i', (text, at, why) => {
    let thrown: unknown
    try {
      parseLabelSelector(text)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(GitOpsError)
    const { code, message, why: told } = thrown as GitOpsError
    expect({ code, message, told }).toEqual({
      code: 'USAGE',
      message: `--selector ${JSON.stringify(text)} cannot be read at character ${at}`,
      told: why,
    })
  })
})
