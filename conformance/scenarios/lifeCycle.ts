import type { Scenario } from "../scenario.ts";

/** A config without any set item, except identity and times. */
export const nothingSet = {
  destinationConfig: null,
  maxAsyncEventAgeInSeconds: null,
  maxAsyncRetryAttempts: null,
  "{statefulItem}": null,
};
const times = { createdTime: "$time", lastModifiedTime: "$time" };

export const lifeCycle: Scenario[] = [
  {
    name: "life cycle",
    steps: [
      {
        name: "GET before there is a config",
        request: { operation: "get" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "DELETE before there is a config",
        request: { operation: "delete" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "the list before there is a config",
        request: { operation: "list" },
        expect: { status: 200, body: { configs: "$noConfigs", nextToken: "$noToken" } },
      },
      {
        name: "PUT creates it",
        request: {
          operation: "put",
          json: {
            destinationConfig: { onFailure: { destination: "{destination}" } },
            maxAsyncEventAgeInSeconds: 3600,
            maxAsyncRetryAttempts: 1,
            "{statefulItem}": true,
          },
        },
        expect: {
          status: 200,
          identity: "LATEST",
          headers: {
            "Content-Type": "application/json; charset=utf-8",
            "X-Fc-Request-Id": "*",
            Date: "*",
          },
          body: {
            ...times,
            destinationConfig: { onSuccess: null, onFailure: { destination: "{destination}" } },
            maxAsyncEventAgeInSeconds: 3600,
            maxAsyncRetryAttempts: 1,
            "{statefulItem}": true,
          },
        },
        save: { created: "createdTime" },
      },
      {
        name: "GET shows what was put",
        request: { operation: "get" },
        expect: {
          status: 200,
          identity: "LATEST",
          headers: { "Content-Type": "application/json; charset=utf-8", "X-Fc-Request-Id": "*" },
          body: {
            createdTime: "{created}",
            lastModifiedTime: "{created}",
            destinationConfig: { onSuccess: null, onFailure: { destination: "{destination}" } },
            maxAsyncEventAgeInSeconds: 3600,
            maxAsyncRetryAttempts: 1,
            "{statefulItem}": true,
          },
        },
      },
      {
        name: "a later PUT moves lastModifiedTime, and createdTime stays",
        nextSecond: true,
        request: { operation: "put", json: { maxAsyncRetryAttempts: 2 } },
        expect: {
          status: 200,
          body: {
            createdTime: "{created}",
            lastModifiedTime: "$later than {created}",
            maxAsyncRetryAttempts: 2,
          },
        },
      },
      {
        name: "DELETE answers 204 without a body",
        request: { operation: "delete" },
        expect: { status: 204, headers: { "X-Fc-Request-Id": "*" }, body: "$absent" },
      },
      {
        name: "GET after DELETE",
        request: { operation: "get" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "DELETE again",
        request: { operation: "delete" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "PUT after DELETE creates it anew, with nothing of the old one",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 2 } },
        expect: {
          status: 200,
          body: { ...nothingSet, createdTime: "$later than {created}", maxAsyncRetryAttempts: 2 },
        },
      },
    ],
  },
  {
    name: "items never set, and empty bodies",
    steps: [
      {
        name: "PUT of {} creates a config",
        request: { operation: "put", json: {} },
        expect: { status: 200, identity: "LATEST", body: times },
        save: { created: "createdTime" },
      },
      {
        name: "an item never set reads back as null",
        request: { operation: "get" },
        expect: { status: 200, body: nothingSet },
      },
      {
        name: "PUT of {} to a config there is touches it",
        choice: "touch",
        nextSecond: true,
        request: { operation: "put", json: {} },
        expect: {
          status: 200,
          body: { ...nothingSet, createdTime: "{created}", lastModifiedTime: "$later than {created}" },
        },
      },
      { name: "DELETE in between", request: { operation: "delete" }, expect: { status: 204 } },
      {
        name: "PUT without a body creates a config",
        choice: "empty-body",
        versions: ["2016-08-15", "2023-03-30"],
        request: { operation: "put" },
        expect: { status: 200, body: { ...nothingSet, ...times } },
      },
      {
        name: "PUT without a body creates a config in 2021-04-06, which does not require one",
        versions: ["2021-04-06"],
        request: { operation: "put" },
        expect: { status: 200, body: { ...nothingSet, ...times } },
      },
      { name: "DELETE in between again", request: { operation: "delete" }, expect: { status: 204 } },
      {
        name: "a destinationConfig that was given without destinations reads back as two nulls",
        request: { operation: "put", json: { destinationConfig: {} } },
        expect: {
          status: 200,
          body: { ...nothingSet, destinationConfig: { onSuccess: null, onFailure: null } },
        },
      },
    ],
  },
  {
    name: "what a config has, and nothing else",
    steps: [
      {
        name: "PUT",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 1 } },
        expect: { status: 200 },
      },
      {
        name: "both pairs of names are in a 2016-08-15 config",
        choice: "classic-identity",
        versions: ["2016-08-15"],
        request: { operation: "get" },
        expect: {
          status: 200,
          body: {
            $only: {
              ...nothingSet,
              ...times,
              maxAsyncRetryAttempts: 1,
              serviceName: "{service}",
              functionName: "{function}",
              service: "{service}",
              function: "{function}",
              qualifier: "LATEST",
            },
          },
        },
      },
      {
        name: "a 2021-04-06 config names service, function and qualifier",
        versions: ["2021-04-06"],
        request: { operation: "get" },
        expect: {
          status: 200,
          body: {
            $only: {
              ...nothingSet,
              ...times,
              maxAsyncRetryAttempts: 1,
              service: "{service}",
              function: "{function}",
              qualifier: "LATEST",
            },
          },
        },
      },
      {
        name: "a 2023-03-30 config of LATEST has the function's ARN",
        choice: "arn-qualifier",
        versions: ["2023-03-30"],
        request: { operation: "get" },
        expect: {
          status: 200,
          body: {
            $only: {
              ...nothingSet,
              ...times,
              maxAsyncRetryAttempts: 1,
              functionArn: "acs:fc:{region}:{accountId}:functions/{function}",
            },
          },
        },
      },
    ],
  },
  {
    name: "two views of one config",
    versions: ["2016-08-15"],
    steps: [
      {
        name: "PUT by 2016-08-15",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 5 } },
        expect: { status: 200 },
      },
      {
        name: "GET by 2021-04-06 shows it",
        speaks: "2021-04-06",
        request: { operation: "get" },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 5 } },
      },
      {
        name: "PUT by 2021-04-06 changes it",
        speaks: "2021-04-06",
        request: { operation: "put", json: { maxAsyncEventAgeInSeconds: 60 } },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 5, maxAsyncEventAgeInSeconds: 60 } },
      },
      {
        name: "GET by 2016-08-15 shows the change",
        request: { operation: "get" },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncEventAgeInSeconds: 60 } },
      },
      {
        name: "PUT by 2016-08-15 of an event age that 2021-04-06 does not take",
        request: { operation: "put", json: { maxAsyncEventAgeInSeconds: 2_592_000 } },
        expect: { status: 200, body: { maxAsyncEventAgeInSeconds: 2_592_000 } },
      },
      {
        name: "GET by 2021-04-06 shows that, too",
        speaks: "2021-04-06",
        request: { operation: "get" },
        expect: { status: 200, body: { maxAsyncEventAgeInSeconds: 2_592_000 } },
      },
      {
        name: "DELETE by 2021-04-06",
        speaks: "2021-04-06",
        request: { operation: "delete" },
        expect: { status: 204 },
      },
      {
        name: "GET by 2016-08-15 finds nothing",
        request: { operation: "get" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
    ],
  },
  {
    name: "the path without the version",
    versions: ["2016-08-15"],
    steps: [
      {
        name: "PUT",
        request: {
          method: "PUT",
          path: "/services/{service}/functions/{function}/async-invoke-config",
          json: { maxAsyncRetryAttempts: 5 },
        },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 5 } },
      },
      {
        name: "GET with the version shows it",
        request: { operation: "get" },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 5 } },
      },
      {
        name: "the list",
        request: { method: "GET", path: "/services/{service}/functions/{function}/async-invoke-configs" },
        expect: { status: 200, body: { configs: [{ maxAsyncRetryAttempts: 5 }] } },
      },
    ],
  },
];
