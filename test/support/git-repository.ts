import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What git sees in tests: nothing of the person who runs them. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

/** `text` or bytes; a symlink; an executable; null removes the file. */
export type TestFile =
  string | Uint8Array | { readonly link: string } | { readonly executable: string } | null

export interface TestCommit {
  readonly files?: Readonly<Record<string, TestFile>>
  readonly message?: string
  /** `Name <mail>`. */
  readonly author?: string
  readonly committer?: string
  /** ISO 8601 with its offset; by default one minute after the commit before. */
  readonly authored?: string
  readonly committed?: string
}

export interface TestRepositoryOptions {
  readonly bare?: boolean
  readonly objectFormat?: 'sha1' | 'sha256'
}

/** A real repository, made with plain git; the branch is `main`, ids are the same in every run. */
export class TestRepository {
  readonly path: string
  #clock = Date.UTC(2024, 0, 1, 12)

  private constructor(path: string) {
    this.path = path
  }

  /** Creates it in a folder that need not exist yet. */
  static async create(path: string, options: TestRepositoryOptions = {}): Promise<TestRepository> {
    await mkdir(path, { recursive: true })
    const format = `--object-format=${options.objectFormat ?? 'sha1'}`
    const bare = options.bare === true ? ['--bare'] : []
    await run('git', ['init', '--quiet', '--template=', '--initial-branch=main', format, ...bare, path], {
      env: GIT_ENV,
    })
    return new TestRepository(path)
  }

  /** Any git command, in the name of the test author; answers its output without the last newline. */
  async git(...args: readonly string[]): Promise<string> {
    return this.#git(args, this.#people({}))
  }

  /** Feeds stdin, for hash-object, mktree and fast-import. */
  gitWithInput(input: string | Uint8Array, ...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.path, ...args], { env: GIT_ENV, input })
      .toString()
      .trimEnd()
  }

  async #git(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
    const { stdout } = await run('git', ['-C', this.path, ...args], {
      env: { ...GIT_ENV, ...env },
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout.replace(/\n$/, '')
  }

  /** Writes the files and commits everything that changed, an empty commit too; answers the commit's id. */
  async commit(change: TestCommit = {}): Promise<string> {
    for (const [path, file] of Object.entries(change.files ?? {})) await this.#write(path, file)
    await this.git('add', '--all')
    await this.#git(
      ['commit', '--quiet', '--allow-empty', '-m', change.message ?? 'Change something'],
      this.#people(change),
    )
    return this.git('rev-parse', 'HEAD')
  }

  /** Creates a branch at the current commit, or switches to it; files follow. */
  async switchTo(branch: string): Promise<void> {
    const exists = await this.git('branch', '--list', branch)
    await this.git('switch', '--quiet', ...(exists === '' ? ['--create'] : []), branch)
  }

  /** A true merge of a branch into the current one; `files` resolve conflicts. */
  async merge(branch: string, change: TestCommit = {}): Promise<string> {
    await this.#git(['merge', '--quiet', '--no-ff', '--no-commit', branch], this.#people(change)).catch(
      (error: unknown) => {
        if (change.files === undefined) throw error
      },
    )
    return this.commit({ message: `Merge branch ${branch}`, ...change })
  }

  /** A bare copy, ready to be served. */
  async cloneBare(path: string): Promise<TestRepository> {
    await run('git', ['clone', '--quiet', '--bare', '--template=', this.path, path], { env: GIT_ENV })
    return new TestRepository(path)
  }

  #people(change: TestCommit): Record<string, string> {
    this.#clock += 60_000
    const now = new Date(this.#clock).toISOString()
    const author = parsePerson(change.author ?? 'Test Author <author@example.com>')
    const committer = parsePerson(change.committer ?? change.author ?? 'Test Author <author@example.com>')
    return {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: change.authored ?? now,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: change.committed ?? change.authored ?? now,
    }
  }

  async #write(path: string, file: TestFile): Promise<void> {
    const target = join(this.path, path)
    await rm(target, { recursive: true, force: true })
    if (file === null) return
    await mkdir(dirname(target), { recursive: true })
    if (typeof file === 'string' || file instanceof Uint8Array) await writeFile(target, file)
    else if ('link' in file) await symlink(file.link, target)
    else {
      await writeFile(target, file.executable)
      await chmod(target, 0o755)
    }
  }
}

function parsePerson(text: string): { readonly name: string; readonly email: string } {
  const [, name = text, email = ''] = /^(.*?) *<(.*)>$/.exec(text) ?? []
  return { name, email }
}
