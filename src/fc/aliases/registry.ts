import { FUNCTION, inFc2, LIST, type Operation, SERVICE } from "../operation.ts";

// Source: the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30.

/** The operations on aliases. */
export const aliasOperations = {
  CreateAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "POST", path: `${SERVICE}/aliases` }),
      "2023-03-30": { method: "POST", path: `${FUNCTION}/aliases` },
    },
    names: "owner",
    query: [],
    body: { schema: "CreateAlias" },
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasAlreadyExists"],
  },
  GetAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "AliasNotFound"],
  },
  UpdateAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "PUT", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "PUT", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    body: { schema: "UpdateAlias" },
    answer: { status: 200, schema: "Alias" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound", "PreconditionFailed"],
  },
  DeleteAlias: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "DELETE", path: `${SERVICE}/aliases/:alias` }),
      "2023-03-30": { method: "DELETE", path: `${FUNCTION}/aliases/:alias` },
    },
    names: "alias of owner",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "AliasNotFound", "PreconditionFailed"],
  },
  ListAliases: {
    resource: "alias",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/aliases` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/aliases` },
    },
    names: "owner",
    query: LIST,
    answer: { status: 200, schema: "Aliases" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound"],
  },
} as const satisfies Record<string, Operation>;
