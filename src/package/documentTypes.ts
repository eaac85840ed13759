import {
  API,
  type Checker,
  NodeBuilderFlags,
  SymbolFlags,
  type Type,
  TypeFlags,
} from "typescript/unstable/sync";

/**
 * The declarations of the types that a module exports. Types inferred from schemas are written out, so that
 * importing them does not need zod. Throws an Error when the project has no such module.
 */
export function documentTypes(configFile: string, file: string): string {
  const api = new API();
  try {
    const [project] = api.updateSnapshot({ openProjects: [configFile] }).getProjects();
    const source = project?.program.getSourceFile(file);
    if (!project || !source) throw new Error(`${configFile} has no ${file}.`);
    const { checker } = project;
    const module = checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} exports nothing.`);
    const exported = checker.getExportsOfModule(module).map((symbol) => {
      const declared = checker.getAliasedSymbol(symbol);
      return { name: symbol.name, symbol: declared, type: checker.getDeclaredTypeOfSymbol(declared) };
    });
    const names = new Map(exported.map(({ name, type }) => [type.id, name]));
    return exported
      .map(({ name, symbol, type }) => {
        const comment = docComment(checker.getDocumentationCommentOfSymbol(symbol), "");
        return `${comment}export type ${name} = ${structure(checker, names, type, "")};\n`;
      })
      .join("\n");
  } finally {
    api.close();
  }
}

type Names = ReadonlyMap<Type["id"], string>;

/** A type's name if the module exports the type, else the type written out. */
function reference(checker: Checker, names: Names, type: Type, indent: string): string {
  return names.get(type.id) ?? structure(checker, names, type, indent);
}

function structure(checker: Checker, names: Names, type: Type, indent: string): string {
  const write = (part: Type) => reference(checker, names, part, indent);
  const members = type.isUnionType() ? (type.getTypes() ?? []) : [];
  const empty = members.filter(({ flags }) => flags & (TypeFlags.Undefined | TypeFlags.Null));
  if (empty.length > 0) {
    const rest = checker.getNonNullableType(type) ?? checker.getNeverType();
    return [rest, ...empty].map(write).join(" | ");
  }
  if (members.length > 0) {
    const others = members.filter((member) => !member.isBooleanLiteralType()).map(write);
    return [...others, ...(others.length < members.length ? ["boolean"] : [])].join(" | ");
  }
  if (checker.isArrayType(type) && type.isTypeReference()) {
    const [element = checker.getUnknownType()] = checker.getTypeArguments(type);
    return `Array<${write(element)}>`;
  }
  const properties = type.isObjectType() ? checker.getPropertiesOfType(type) : [];
  if (properties.length === 0) return checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation);
  const inner = `${indent}  `;
  const lines = properties.map((property) => {
    const comment = docComment(checker.getDocumentationCommentOfSymbol(property), inner);
    const mark = property.flags & SymbolFlags.Optional ? "?" : "";
    const its = checker.getTypeOfSymbol(property) ?? checker.getUnknownType();
    return `${comment}${inner}${property.name}${mark}: ${reference(checker, names, its, inner)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function docComment(text: string, indent: string): string {
  return text === "" ? "" : `${indent}/** ${text.replaceAll("\n", `\n${indent} * `)} */\n`;
}
