import { FUNCTION, IN_SERVICE, inFc2, LIST, type Operation, SERVICE } from "../operation.ts";

// What the sandbox has none of, but tools list. Source: the vendor's OpenAPI metadata, and the models of
// @alicloud/fc20230330.

/** The operations on lists that are always empty. */
export const emptyListOperations = {
  ListTriggers: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: `${IN_SERVICE}/triggers` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/triggers` },
    },
    names: "function",
    query: LIST,
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListProvisionConfigs: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: "/provision-configs" }),
      "2023-03-30": { method: "GET", path: "/provision-configs" },
    },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListScalingConfigs: {
    resource: "none",
    routes: { "2023-03-30": { method: "GET", path: "/scaling-configs" } },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListConcurrencyConfigs: {
    resource: "none",
    routes: { "2023-03-30": { method: "GET", path: "/concurrency-configs" } },
    names: "nothing",
    query: ["limit", "nextToken"],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
  ListVpcBindings: {
    resource: "none",
    routes: {
      ...inFc2({ method: "GET", path: `${SERVICE}/bindings` }),
      "2023-03-30": { method: "GET", path: `${FUNCTION}/vpc-bindings` },
    },
    names: "owner",
    query: [],
    answer: { status: 200, schema: "EmptyList" },
    creates: false,
    errors: [],
  },
} as const satisfies Record<string, Operation>;
