import { describe, expect, it } from '@jest/globals'
import { joinResources, splitResources } from '@kubectl-gitops/core/desired/substitution/resource-text.js'

describe('the text of a build', () => {
  it('is taken apart at lines, and only a line feed begins one', () => {
    const first = 'kind: A\ntext: "a\u2028---\nb"\n'
    const second = 'kind: B\n'
    expect(splitResources(`${first}---\n${second}`)).toEqual([first, second])
  })

  it('is the same once it is put together again', () => {
    const printed = 'kind: A\n---\nkind: B\n---\nkind: C\n'
    expect(joinResources(splitResources(printed))).toBe(printed)
    expect(splitResources('')).toEqual([])
  })
})
