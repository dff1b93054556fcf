import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './source-files.js'

/** One form that a type can have: the names of its fields. */
export interface Fields {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/**
 * The fields of every exported interface and union of interfaces of a source file, inherited ones too, as the
 * compiler sees them; a union has a form for each of its parts.
 */
export function interfaceFields(path: string): ReadonlyMap<string, readonly Fields[]> {
  const options = {
    strict: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  }
  const program = ts.createProgram([join(ROOT, path)], { ...options, noLib: true, types: [] })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(join(ROOT, path))
  const file = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  const exported = file === undefined ? [] : checker.getExportsOfModule(file)
  return new Map(
    exported.flatMap((symbol) => {
      const type = checker.getDeclaredTypeOfSymbol(symbol)
      const parts = type.isUnion() ? type.types : [type]
      const isData = parts.every((part) => (part.flags & ts.TypeFlags.Object) !== 0)
      return isData ? [[symbol.name, parts.map(fieldsOf)] as const] : []
    }),
  )
}

function fieldsOf(type: ts.Type): Fields {
  const names = (isOptional: boolean): readonly string[] =>
    type
      .getProperties()
      .filter(({ flags }) => ((flags & ts.SymbolFlags.Optional) !== 0) === isOptional)
      .map(({ name }) => name)
      .sort()
  return { required: names(false), optional: names(true) }
}
