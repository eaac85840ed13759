import type { Scenario } from "../scenario.ts";
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

/** `full` without a destination for successes. */
const onSuccessCleared = {
  destinationConfig: { onSuccess: { $orUnset: null }, onFailure: { destination: "{otherDestination}" } },
};

const putFull: Scenario["steps"][number] = {
  name: "PUT of every item",
  request: { operation: "put", json: full },
  expect: { status: 200, body: full },
};

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
        name: "PUT of onFailure alone leaves onSuccess",
        choice: "destinations-merge",
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
        name: "PUT of null for both destinations changes nothing",
        request: { operation: "put", json: { destinationConfig: { onSuccess: null, onFailure: null } } },
        expect: { status: 200, body: full },
      },
      {
        name: "PUT of a null destination changes nothing",
        choice: "null-destination",
        request: { operation: "put", json: { destinationConfig: { onSuccess: { destination: null } } } },
        expect: { status: 200, body: full },
      },
      { name: "DELETE in between", request: { operation: "delete" }, expect: { status: 204 } },
      {
        name: "PUT of null for every item creates a config of defaults",
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
    name: "clearing",
    steps: [
      putFull,
      {
        name: "an empty destinationConfig changes nothing",
        choice: "empty-destination-config",
        request: { operation: "put", json: { destinationConfig: {} } },
        expect: { status: 200, body: full },
      },
      {
        name: "an empty onSuccess changes nothing",
        choice: "empty-on-success",
        request: { operation: "put", json: { destinationConfig: { onSuccess: {} } } },
        expect: { status: 200, body: full },
      },
      {
        name: "an empty destination clears it, and leaves the other",
        choice: "empty-destination",
        request: { operation: "put", json: { destinationConfig: { onSuccess: { destination: "" } } } },
        expect: {
          status: 200,
          body: {
            ...full,
            ...onSuccessCleared,
          },
        },
      },
      {
        name: "GET shows it cleared",
        request: { operation: "get" },
        expect: {
          status: 200,
          body: onSuccessCleared,
        },
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
        expect: { status: 200, body: { statefulInvocation: false, asyncTask: "$absent" } },
      },
      {
        name: "FC 2.0's name of the stateful item is ignored",
        choice: "foreign-stateful-item",
        versions: ["2023-03-30"],
        request: { operation: "put", json: { statefulInvocation: true } },
        expect: { status: 200, body: { asyncTask: false, statefulInvocation: "$absent" } },
      },
      {
        name: "an item in another case is that item",
        choice: "item-case",
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
