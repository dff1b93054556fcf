import { describe, expect, it } from '@jest/globals'
import { ownedBy, ownerName } from '../../../plugin/src/printers/owned.js'
import { kustomization, object, report } from '../../support/report.js'

describe('the objects of a report by their owners', () => {
  it('leave none out, though its owner is not on the cluster', () => {
    const gone = { ...object().owner, name: 'gone' }
    const found = ownedBy(report([object({ name: 'ghost', owner: gone }), object()], [kustomization()]))
    expect(found.map(({ owner, objects }) => [ownerName(owner), objects.map(({ name }) => name)])).toEqual([
      ['Kustomization/flux-system/apps', ['podinfo']],
      ['Kustomization/flux-system/gone', ['ghost']],
    ])
  })
})
