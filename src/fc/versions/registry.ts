import { FUNCTION, inFc2, type Operation, SERVICE } from "../operation.ts";

// Source: the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30.

/** The operations on versions of services (FC 2.0) and functions (FC 3.0). */
export const versionOperations = {
  PublishFunctionVersion: {
    resource: "version",
    routes: {
      ...inFc2({ name: "PublishServiceVersion", method: "POST", path: `${SERVICE}/versions` }),
      "2023-03-30": { method: "POST", path: `${FUNCTION}/versions` },
    },
    names: "owner",
    query: [],
    body: { schema: "PublishVersion" },
    answer: { status: 200, schema: "Version" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionPublishError", "PreconditionFailed"],
  },
  DeleteFunctionVersion: {
    resource: "version",
    routes: {
      ...inFc2({ name: "DeleteServiceVersion", method: "DELETE", path: `${SERVICE}/versions/:version` }),
      "2023-03-30": { method: "DELETE", path: `${FUNCTION}/versions/:version` },
    },
    names: "version of owner",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound", "VersionNotFound"],
  },
  ListFunctionVersions: {
    resource: "version",
    routes: {
      ...inFc2({ name: "ListServiceVersions", method: "GET", path: `${SERVICE}/versions` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/versions` },
    },
    names: "owner",
    query: ["limit", "nextToken", "startKey", "direction"],
    answer: { status: 200, schema: "Versions" },
    creates: false,
    errors: ["ServiceNotFound", "FunctionNotFound"],
  },
} as const satisfies Record<string, Operation>;
