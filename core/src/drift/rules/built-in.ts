import { ADMISSION_RULES } from './built-in/admission.js'
import { AUTOSCALER_RULES } from './built-in/autoscalers.js'
import { CERTIFICATE_RULES } from './built-in/certificates.js'
import { FLAGGER_RULES } from './built-in/flagger.js'
import { KUBERNETES_RULES } from './built-in/kubernetes.js'
import { MESH_RULES } from './built-in/meshes.js'
import { compileRule, type RuleData } from './rule.js'

/** All rules that this product brings, in the order in which they are asked: the particular before the general. */
export const BUILT_IN_RULES: readonly RuleData[] = [
  ...AUTOSCALER_RULES,
  ...FLAGGER_RULES,
  ...MESH_RULES,
  ...CERTIFICATE_RULES,
  ...KUBERNETES_RULES,
  ...ADMISSION_RULES,
]

/** The same, ready to be applied. */
export const BUILT_IN = BUILT_IN_RULES.map(compileRule)
