import type { RuleData } from '../rule.js'
import { inTemplate, WORKLOADS } from './workload.js'

/** What service meshes add at admission: mostly to Pods, to templates where their command line was used. */
export const MESH_RULES: readonly RuleData[] = [
  {
    id: 'linkerd-injection',
    kinds: WORKLOADS,
    paths: inTemplate(
      '/metadata/annotations/*linkerd.io~1*',
      '/metadata/labels/*linkerd.io~1*',
      '/spec/containers/[name=linkerd-*]',
      '/spec/initContainers/[name=linkerd-*]',
      '/spec/volumes/[name=linkerd-*]',
    ),
    writers: ['controller', 'nobody'],
    because: 'the proxy injector of Linkerd adds its proxy',
  },
  {
    id: 'linkerd-annotations',
    kinds: ['*'],
    paths: ['/metadata/annotations/*linkerd.io~1*'],
    writers: ['controller', 'nobody'],
    because: 'the proxy injector of Linkerd passes on what the namespace says',
  },
  {
    id: 'istio-injection',
    kinds: WORKLOADS,
    paths: inTemplate(
      '/metadata/annotations/*istio.io~1*',
      '/metadata/labels/*istio.io~1*',
      '/spec/containers/[name=istio-*]',
      '/spec/initContainers/[name=istio-*]',
      '/spec/volumes/[name=istio*]',
      '/spec/volumes/[name=workload-socket]',
      '/spec/volumes/[name=credential-socket]',
      '/spec/volumes/[name=workload-certs]',
    ),
    writers: ['controller', 'nobody'],
    because: 'the injector of Istio adds its proxy',
  },
]
