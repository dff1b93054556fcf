import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { resolve } from 'node:path'
import { type Mirror, openMirror } from '@kubectl-gitops/core/git/mirror.js'
import type { Person } from '@kubectl-gitops/core/git/repository.js'
import { describeInCorpora } from '../../support/describe-with.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type GitServer, startGitServer } from '../../support/git-server.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

const HISTORIES = resolve('..', 'shared', 'corpora', 'histories')

describeInCorpora(HISTORIES, 'a real history', () => {
  let folder: TemporaryFolder
  let server: GitServer
  let work: TestRepository

  beforeAll(async () => {
    folder = await temporaryFolder('histories')
    server = await startGitServer({ folder: folder.path })
    work = await TestRepository.create(`${folder.path}/work`)
  })

  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })

  async function mirrorOf(name: string): Promise<{ readonly mirror: Mirror; readonly path: string }> {
    const path = `${folder.path}/${name}.git`
    await work.git('clone', '--quiet', '--bare', '-b', 'main', `${HISTORIES}/${name}.bundle`, path)
    const options = { cacheDirectory: `${folder.path}/cache`, env: GIT_ENV, timeoutMs: 60_000 }
    return { mirror: await openMirror(server.urlOf(`${name}.git`), options), path }
  }

  it.each(['gitops-linkerd', 'flux2-kustomize-helm-example', 'flux2-multi-tenancy'])(
    'of %s reads as git log and git ls-tree print it',
    async (name) => {
      const { mirror, path } = await mirrorOf(name)
      const head = await mirror.ensure('main')
      const tree = await mirror.tree(head)
      const listing = await work.git('-C', path, 'ls-tree', '-r', '--format=%(objectname) %(path)', head)
      expect(tree.map((entry) => `${entry.id} ${entry.path}`).join('\n')).toBe(listing)
      const contents = await mirror.read(tree.map(({ id }) => id))
      expect(tree.map(({ id }) => contents.get(id)?.length)).toEqual(tree.map(({ size }) => size))

      const folders = [...new Set(tree.map((entry) => entry.path.split('/', 1)[0] ?? ''))]
      for (const paths of [[], ...folders.map((each) => [each]), folders]) {
        const log = await mirror.log(head, { paths, max: 1_000 })
        const printed = log.map(({ id, parents, author, committer, subject }) =>
          [id, parents.join(' '), ...personOf(author), ...personOf(committer), subject].join('|'),
        )
        const format = '%H|%P|%an|%ae|%aI|%cn|%ce|%cI|%s'
        const args = ['--topo-order', '--full-history', '--parents', `--format=${format}`]
        expect(printed.join('\n')).toBe(await work.git('-C', path, 'log', ...args, head, '--', ...paths))
      }
      await mirror.close()
    },
  )
})

function personOf({ name, email, time }: Person): readonly string[] {
  return [name, email, time]
}
