import type { JsonValue, Scenario, Step } from "../scenario.ts";
import { nothingSet } from "./lifeCycle.ts";

const full = {
  destinationConfig: {
    onSuccess: { destination: "{destination}" },
    onFailure: { destination: "{otherDestination}" },
  },
  maxAsyncEventAgeInSeconds: 3600,
  maxAsyncRetryAttempts: 1,
  "{statefulItem}": true,
};

const putFull: Scenario["steps"][number] = {
  name: "PUT of every item",
  request: { operation: "put", json: full },
  expect: { status: 200, body: full },
};

const noDestinations = { destinationConfig: { onSuccess: null, onFailure: null } };

const FC2 = ["2016-08-15", "2021-04-06"] satisfies Step["versions"];
const FC3 = ["2023-03-30"] satisfies Step["versions"];

const emptyDestinations: readonly { readonly name: string; readonly destinationConfig: JsonValue }[] = [
  { name: "an onSuccess of {}", destinationConfig: { onSuccess: {} } },
  { name: "an onFailure of {}", destinationConfig: { onFailure: {} } },
  { name: "an empty destination", destinationConfig: { onSuccess: { destination: "" } } },
  { name: "a destination of null", destinationConfig: { onSuccess: { destination: null } } },
  {
    name: "an empty destination beside one that is right",
    destinationConfig: { onSuccess: { destination: "" }, onFailure: { destination: "{destination}" } },
  },
];

/** Steps that PUT empty destinations, which the API refuses. */
function refusedAsEmpty(where: Pick<Step, "choice" | "versions">): Step[] {
  return emptyDestinations.map(({ name, destinationConfig }) => ({
    name: `${name} is refused in ${where.versions?.join(" and ")}`,
    ...where,
    request: { operation: "put", json: { destinationConfig } },
    expect: { status: 400, code: "InvalidDestinationResources" },
  }));
}

export const merging: Scenario[] = [
  {
    name: "partial updates",
    steps: [
      putFull,
      {
        name: "PUT of the event age alone leaves the rest",
        request: { operation: "put", json: { maxAsyncEventAgeInSeconds: 60 } },
        expect: { status: 200, body: { ...full, maxAsyncEventAgeInSeconds: 60 } },
      },
      {
        name: "PUT of the retries alone leaves the rest",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 0 } },
        expect: { status: 200, body: { ...full, maxAsyncEventAgeInSeconds: 60, maxAsyncRetryAttempts: 0 } },
      },
      {
        name: "PUT of the stateful item alone leaves the rest",
        request: { operation: "put", json: { "{statefulItem}": false } },
        expect: {
          status: 200,
          body: { ...full, maxAsyncEventAgeInSeconds: 60, maxAsyncRetryAttempts: 0, "{statefulItem}": false },
        },
      },
      {
        name: "PUT of onFailure alone leaves onSuccess in FC 2.0",
        choice: "destinations-merge",
        versions: FC2,
        request: {
          operation: "put",
          json: { destinationConfig: { onFailure: { destination: "{destination}" } } },
        },
        expect: {
          status: 200,
          body: {
            destinationConfig: {
              onSuccess: { destination: "{destination}" },
              onFailure: { destination: "{destination}" },
            },
          },
        },
      },
      {
        name: "PUT of onFailure alone replaces both destinations in FC 3.0",
        choice: "destinations-replace",
        versions: FC3,
        request: {
          operation: "put",
          json: { destinationConfig: { onFailure: { destination: "{destination}" } } },
        },
        expect: {
          status: 200,
          body: { destinationConfig: { onSuccess: null, onFailure: { destination: "{destination}" } } },
        },
      },
      {
        name: "GET shows all of it",
        request: { operation: "get" },
        expect: {
          status: 200,
          body: { maxAsyncEventAgeInSeconds: 60, maxAsyncRetryAttempts: 0, "{statefulItem}": false },
        },
      },
    ],
  },
  {
    name: "nulls",
    steps: [
      putFull,
      {
        name: "PUT of null for every item changes nothing",
        request: {
          operation: "put",
          json: {
            destinationConfig: null,
            maxAsyncEventAgeInSeconds: null,
            maxAsyncRetryAttempts: null,
            "{statefulItem}": null,
          },
        },
        expect: { status: 200, body: full },
      },
      {
        name: "PUT of null for both destinations changes nothing in FC 2.0",
        versions: FC2,
        request: { operation: "put", json: { destinationConfig: { onSuccess: null, onFailure: null } } },
        expect: { status: 200, body: full },
      },
      {
        name: "PUT of null for both destinations clears both in FC 3.0",
        choice: "destinations-replace",
        versions: FC3,
        request: { operation: "put", json: { destinationConfig: { onSuccess: null, onFailure: null } } },
        expect: { status: 200, body: { ...full, ...noDestinations } },
      },
      { name: "DELETE in between", request: { operation: "delete" }, expect: { status: 204 } },
      {
        name: "PUT of null for every item creates a config in which nothing is set",
        request: {
          operation: "put",
          json: {
            destinationConfig: null,
            maxAsyncEventAgeInSeconds: null,
            maxAsyncRetryAttempts: null,
            "{statefulItem}": null,
          },
        },
        expect: {
          status: 200,
          body: nothingSet,
        },
      },
    ],
  },
  {
    name: "empty destinations",
    steps: [
      putFull,
      ...refusedAsEmpty({ versions: FC3 }),
      ...refusedAsEmpty({ versions: FC2, choice: "empty-destination" }),
      {
        name: "what was refused changed nothing",
        request: { operation: "get" },
        expect: { status: 200, body: full },
      },
      {
        name: "an empty destinationConfig changes nothing in FC 2.0",
        choice: "empty-destination-config",
        versions: FC2,
        request: { operation: "put", json: { destinationConfig: {} } },
        expect: { status: 200, body: full },
      },
      {
        name: "an empty destinationConfig clears both destinations in FC 3.0",
        choice: "empty-destination-config",
        versions: FC3,
        request: { operation: "put", json: { destinationConfig: {} } },
        expect: { status: 200, body: { ...full, ...noDestinations } },
      },
    ],
  },
  {
    name: "items that nobody knows",
    steps: [
      {
        name: "an unknown item is ignored",
        choice: "unknown-items",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 2, conformance: { of: ["no", "use"] } } },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 2, conformance: "$absent" } },
      },
      {
        name: "the other version's name of the stateful item is ignored",
        choice: "foreign-stateful-item",
        versions: ["2021-04-06", "2016-08-15"],
        request: { operation: "put", json: { asyncTask: true } },
        expect: { status: 200, body: { statefulInvocation: null, asyncTask: "$absent" } },
      },
      {
        name: "FC 2.0's name of the stateful item is ignored",
        choice: "foreign-stateful-item",
        versions: ["2023-03-30"],
        request: { operation: "put", json: { statefulInvocation: true } },
        expect: { status: 200, body: { asyncTask: null, statefulInvocation: "$absent" } },
      },
      {
        name: "an item in another case is that item in 2016-08-15",
        versions: ["2016-08-15"],
        request: { operation: "put", json: { MaxAsyncRetryAttempts: 7 } },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 7 } },
      },
      {
        name: "an item in another case is that item",
        choice: "item-case",
        versions: ["2021-04-06", "2023-03-30"],
        request: { operation: "put", json: { MaxAsyncRetryAttempts: 7 } },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 7 } },
      },
      {
        name: "an item given in two cases is refused",
        choice: "repeated-item",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 4, MaxAsyncRetryAttempts: 5 } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an item given twice is refused",
        choice: "repeated-item",
        request: { operation: "put", text: '{"maxAsyncRetryAttempts": 4, "maxAsyncRetryAttempts": 5}' },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an item named __proto__ is refused",
        choice: "proto-item",
        request: { operation: "put", text: '{"__proto__": {"maxAsyncRetryAttempts": 4}}' },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "what was refused changed nothing",
        request: { operation: "get" },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 7 } },
      },
    ],
  },
];
