import { PLATFORM_TEAM } from '../history.js'
import type { Commit, Step } from '../history.js'
import { application } from './application.js'
import { foundation } from './foundation.js'
import { operation } from './operation.js'

/** Every step of the platform repository, oldest first. */
export const platformHistory: readonly Step[] = [...foundation, ...application, ...operation]

/** What a tour commits live: the overlay goes on naming a file that this commit deletes. */
export const breakingCommit: Commit = {
  kind: 'commit',
  slug: '37-tidy-ingress',
  author: PLATFORM_TEAM,
  date: '2026-10-26T16:58:00+00:00',
  message: 'Tidy up the overlay of the ingress controller',
  removes: ['infrastructure/ingress-nginx/overlays/my-cluster/headers.properties'],
}
