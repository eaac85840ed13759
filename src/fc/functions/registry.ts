import { FUNCTION, IN_SERVICE, inFc2, LIST, type Operation, SERVICE } from "../operation.ts";

// Source: the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30.

/** The operations on functions and their code. */
export const functionOperations = {
  CreateFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "POST", path: `${SERVICE}/functions` }),
      "2023-03-30": { method: "POST", path: "/functions" },
    },
    names: "service",
    query: [],
    body: { schema: "CreateFunction", limit: "functionBodyBytes" },
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionAlreadyExists"],
  },
  GetFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: IN_SERVICE }),
      "2023-03-30": { method: "GET", path: FUNCTION },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound"],
  },
  UpdateFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "PUT", path: IN_SERVICE }),
      "2023-03-30": { method: "PUT", path: FUNCTION },
    },
    names: "function",
    query: [],
    body: { schema: "UpdateFunction", limit: "functionBodyBytes" },
    answer: { status: 200, schema: "Function" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "PreconditionFailed"],
  },
  DeleteFunction: {
    resource: "function",
    routes: {
      ...inFc2({ method: "DELETE", path: IN_SERVICE }),
      "2023-03-30": { method: "DELETE", path: FUNCTION },
    },
    names: "function",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "FunctionNotEmpty", "PreconditionFailed"],
  },
  ListFunctions: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/functions` }),
      "2023-03-30": { method: "GET", path: "/functions" },
    },
    names: "qualified service",
    query: LIST,
    answer: { status: 200, schema: "Functions" },
    creates: false,
    errors: ["ServiceNotFound", "VersionNotFound", "AliasNotFound"],
  },
  GetFunctionCode: {
    resource: "function",
    routes: {
      ...inFc2({ method: "GET", path: `${IN_SERVICE}/code` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/code` },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "FunctionCode" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound", "AliasNotFound"],
  },
} as const satisfies Record<string, Operation>;
