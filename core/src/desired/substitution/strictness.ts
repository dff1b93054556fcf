import { createHash } from 'node:crypto'
import { GitOpsError } from '../../errors.js'
import type { Kustomization } from '../kustomization.js'
import type { Kustomize } from '../kustomize.js'
import { isSubstituted, type Variables } from '../variables.js'
import { postBuild, type PostBuild } from './post-build.js'
import { UNSET } from './substitute.js'

/**
 * Substitutes in a build as the controller of this Kustomization would. Controllers are strict about variables
 * that are not set since 1.9, unless StrictPostBuildSubstitutions is off; which it is cannot be read off the
 * Kustomization, so that leniency has to be proved: by a digest that only a lenient controller could have
 * recorded, or by a history that controllers before 1.7 did not write.
 * @throws GitOpsError BUILD_FAILED and what `postBuild` throws
 */
export async function substituteInBuild(
  printed: string,
  kustomization: Kustomization,
  variables: Variables,
  kustomize: Kustomize,
): Promise<PostBuild> {
  if (!isSubstituted(kustomization.spec, variables)) return { text: printed, touched: false }
  const { history, lastAppliedRevision } = kustomization.status
  if (history.length === 0 && lastAppliedRevision !== undefined) {
    return postBuild(printed, variables, false, kustomize)
  }
  try {
    return await postBuild(printed, variables, true, kustomize)
  } catch (error) {
    if (history.length === 0 || !isUnset(error)) throw error
    const lenient = await postBuild(printed, variables, false, kustomize)
    const digest = `sha256:${createHash('sha256').update(lenient.text).digest('hex')}`
    if (history.some((entry) => entry.digest === digest)) return lenient
    throw error
  }
}

const isUnset = (error: unknown): boolean =>
  error instanceof GitOpsError && error.why?.includes(UNSET) === true
