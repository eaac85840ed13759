import { IN_SERVICE, inFc2, type Operation } from "../operation.ts";

// Sources: PutFunctionAsyncInvokeConfig (2016-08-15), the 2021-04-06 and 2023-03-30 API references, and the
// requests of the official SDKs.

/** The operations on async invoke configs. */
export const configOperations = {
  PutAsyncInvokeConfig: {
    resource: "config",
    shortName: "put",
    routes: {
      ...inFc2({
        name: "PutFunctionAsyncInvokeConfig",
        method: "PUT",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "PUT", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    body: { schema: "AsyncInvokeConfigInput" },
    answer: { status: 200, schema: "AsyncInvokeConfig" },
    creates: true,
    errors: ["InvalidDestinationResources"],
  },
  GetAsyncInvokeConfig: {
    resource: "config",
    shortName: "get",
    routes: {
      ...inFc2({
        name: "GetFunctionAsyncInvokeConfig",
        method: "GET",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "GET", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    answer: { status: 200, schema: "AsyncInvokeConfig" },
    creates: false,
    errors: ["AsyncConfigNotExists"],
  },
  DeleteAsyncInvokeConfig: {
    resource: "config",
    shortName: "delete",
    routes: {
      ...inFc2({
        name: "DeleteFunctionAsyncInvokeConfig",
        method: "DELETE",
        path: `${IN_SERVICE}/async-invoke-config`,
      }),
      "2023-03-30": { method: "DELETE", path: "/functions/:function/async-invoke-config" },
    },
    names: "qualified function",
    query: [],
    answer: { status: 204 },
    creates: false,
    errors: ["AsyncConfigNotExists"],
  },
  ListAsyncInvokeConfigs: {
    resource: "config",
    shortName: "list",
    routes: {
      ...inFc2({
        name: "ListFunctionAsyncInvokeConfigs",
        method: "GET",
        path: `${IN_SERVICE}/async-invoke-configs`,
      }),
      "2023-03-30": { method: "GET", path: "/async-invoke-configs" },
    },
    names: "function or all",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "AsyncInvokeConfigs" },
    creates: false,
    errors: [],
  },
} as const satisfies Record<string, Operation>;
