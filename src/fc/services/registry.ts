import { inFc2, LIST, type Operation, SERVICE } from "../operation.ts";

// Source: the vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30.

/** The operations on services (FC 2.0). */
export const serviceOperations = {
  CreateService: {
    resource: "service",
    routes: { ...inFc2({ method: "POST", path: "/services" }) },
    names: "nothing",
    query: [],
    body: { schema: "CreateService" },
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceAlreadyExists"],
  },
  GetService: {
    resource: "service",
    routes: { ...inFc2({ method: "GET", path: SERVICE }) },
    names: "qualified service",
    query: [],
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceNotFound", "VersionNotFound", "AliasNotFound"],
  },
  UpdateService: {
    resource: "service",
    routes: { ...inFc2({ method: "PUT", path: SERVICE }) },
    names: "service",
    query: [],
    body: { schema: "UpdateService" },
    answer: { status: 200, schema: "Service" },
    creates: false,
    errors: ["ServiceNotFound", "PreconditionFailed"],
  },
  DeleteService: {
    resource: "service",
    routes: { ...inFc2({ method: "DELETE", path: SERVICE }) },
    names: "service",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["ServiceNotFound", "ServiceNotEmpty", "PreconditionFailed"],
  },
  ListServices: {
    resource: "service",
    routes: { ...inFc2({ method: "GET", path: "/services" }) },
    names: "nothing",
    query: LIST,
    answer: { status: 200, schema: "Services" },
    creates: false,
    errors: [],
  },
} as const satisfies Record<string, Operation>;
