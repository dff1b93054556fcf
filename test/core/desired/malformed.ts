/** What is wrong in a spec, and what the API server says of it. */
export const MALFORMED: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [{ path: 5 }, 'spec.path: Invalid value: "integer": spec.path in body must be of type string: "integer"'],
  [{ path: 5.5 }, 'spec.path: Invalid value: "number": spec.path in body must be of type string: "number"'],
  [
    { path: true },
    'spec.path: Invalid value: "boolean": spec.path in body must be of type string: "boolean"',
  ],
  [
    { patches: {} },
    'spec.patches: Invalid value: "object": spec.patches in body must be of type array: "object"',
  ],
  [
    { images: 'x' },
    'spec.images: Invalid value: "string": spec.images in body must be of type array: "string"',
  ],
  [{ images: [{ newTag: '2' }] }, 'spec.images[0].name: Required value'],
  [
    { images: [{ name: 'a' }, { name: 'b', newTag: 1 }] },
    'spec.images[1].newTag: Invalid value: "integer": spec.images[1].newTag in body must be of type string: "integer"',
  ],
  [{ sourceRef: null }, 'spec.sourceRef: Required value'],
  [{ sourceRef: { kind: 'GitRepository' } }, 'spec.sourceRef.name: Required value'],
  [
    { postBuild: [] },
    'spec.postBuild: Invalid value: "array": spec.postBuild in body must be of type object: "array"',
  ],
  [
    { postBuild: { substitute: { a: 1 } } },
    'spec.postBuild.substitute.a: Invalid value: "integer": spec.postBuild.substitute.a in body must be of type string: "integer"',
  ],
  [
    { postBuild: { substituteFrom: [{ kind: 'Pod', name: 'a' }] } },
    'spec.postBuild.substituteFrom[0].kind: Unsupported value: "Pod": supported values: "Secret", "ConfigMap"',
  ],
  [
    { decryption: { provider: 'vault' } },
    'spec.decryption.provider: Unsupported value: "vault": supported values: "sops"',
  ],
  [
    { sourceRef: { kind: 'HelmRepository', name: 'charts' } },
    'spec.sourceRef.kind: Unsupported value: "HelmRepository": supported values: "OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"',
  ],
  [{ decryption: {} }, 'spec.decryption.provider: Required value'],
  [
    { targetNamespace: '' },
    'spec.targetNamespace: Invalid value: "": spec.targetNamespace in body should be at least 1 chars long',
  ],
  [
    { interval: '10 minutes' },
    `spec.interval: Invalid value: "10 minutes": spec.interval in body should match '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$'`,
  ],
  [
    { force: 'yes' },
    'spec.force: Invalid value: "string": spec.force in body must be of type boolean: "string"',
  ],
  [
    { components: ['a', null] },
    'spec.components[1]: Invalid value: "null": spec.components[1] in body must be of type string: "null"',
  ],
]
