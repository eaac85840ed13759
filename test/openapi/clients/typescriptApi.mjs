// Loaded before a generator of clients: TypeScript 7 has no API in JavaScript yet, and generators build their code with
// the one that TypeScript had until 6, which @ts-morph/common contains.
import { registerHooks } from "node:module";

const api = import.meta.resolve("@ts-morph/common/dist/typescript.js");
registerHooks({
  resolve: (specifier, context, next) => next(specifier === "typescript" ? api : specifier, context),
});
