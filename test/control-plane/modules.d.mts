/** Types of modules.mjs, which stays plain JavaScript because build.mjs runs before anything is installed. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface GoModule {
  readonly name: string
  readonly binaries: Readonly<Record<string, { readonly package: string }>>
  readonly crds?: { readonly module: string; readonly path: string }
  /** Go files of our own beside go.mod. */
  readonly sources?: readonly string[]
  readonly seconds: number
  readonly ldflags: string
}

export interface Located {
  readonly path: string
  readonly exists: boolean
}

export const MODULES: readonly GoModule[]
export const ASSET_BINARIES: readonly string[]
export function cacheFolder(env: Environment): string
export function sourceFolder(module: GoModule): string
export function moduleFolder(module: GoModule, env: Environment): string
export function locateBinary(binary: string, env: Environment): Located & { readonly fromAssets: boolean }
export function locateCrds(name: string, env: Environment): Located
export function missingParts(
  module: GoModule,
  env: Environment,
): { readonly binaries: readonly string[]; readonly crds: boolean }
