/** A kind with a field of every shape that a definition can give one. */
export const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.classes.example.org}
spec:
  group: classes.example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                port: {x-kubernetes-int-or-string: true}
                memory:
                  x-kubernetes-int-or-string: true
                  anyOf: [{type: integer}, {type: string}]
                  pattern: ^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$
                period: {type: string}
                note: {type: string, nullable: true}
                mode: {type: string, default: safe}
                fixed: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: Value is immutable}]}
                rules:
                  type: array
                  items: {type: object, properties: {path: {type: string}, weight: {type: integer, default: 1}}}
                servers:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties: {name: {type: string}, weight: {type: integer, default: 1}}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`
