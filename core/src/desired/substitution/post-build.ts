import { GitOpsError } from '../../errors.js'
import type { Kustomize } from '../kustomize.js'
import { checkNames, lookUp, type Variables } from '../variables.js'
import { failure } from './failure.js'
import { reprint, type ChangedResource } from './reprint.js'
import { describeResource, isSubstitutionDisabled, joinResources, splitResources } from './resource-text.js'
import { substitute } from './substitute.js'

/** A build after substitution. */
export interface PostBuild {
  readonly text: string
  /** False where no variable could have had a say: nothing in the build has a `$`. */
  readonly touched: boolean
}

/**
 * Substitutes variables in what kustomize printed, resource by resource, and prints it as the controller does
 * (kustomize-controller, build; fluxcd/pkg kustomize, SubstituteVariables). Resources that opt out, and those
 * that come out as they went in, stay as kustomize printed them: printing those again changes nothing.
 * @throws GitOpsError BUILD_FAILED with the controller's words, and what `reprint` throws
 */
export async function postBuild(
  printed: string,
  variables: Variables,
  strict: boolean,
  kustomize: Kustomize,
): Promise<PostBuild> {
  const resources: SubstitutedResource[] = []
  for (const before of splitResources(printed)) {
    try {
      resources.push(substituteIn(before, variables, strict))
    } catch (error) {
      // The controller prints each resource before it comes to the next: the first fault is the one it names.
      await reprint(resources.filter(isChanged), kustomize)
      throw error
    }
  }
  const changed = resources.filter(isChanged)
  const reprinted = await reprint(changed, kustomize)
  const text = joinResources(resources.map((resource) => reprinted.get(resource) ?? resource.after))
  return { text, touched: resources.some(({ touched }) => touched) }
}

interface SubstitutedResource extends ChangedResource {
  readonly touched: boolean
}

const isChanged = ({ before, after }: SubstitutedResource): boolean => before !== after

function substituteIn(before: string, variables: Variables, strict: boolean): SubstitutedResource {
  if (isSubstitutionDisabled(before)) return { before, after: before, touched: false }
  try {
    checkNames(variables)
    if (!before.includes('$')) return { before, after: before, touched: false }
    const after = substitute(before, (name) => lookUp(variables, name), strict)
    return { before, after, touched: true }
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'BUILD_FAILED') throw error
    throw failure(`post build failed for '${describeResource(before)}': envsubst error: ${error.why ?? ''}`)
  }
}
