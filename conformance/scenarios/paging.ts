import type { Scenario, Step } from "../scenario.ts";

const put = (retries: number, qualifier: string): Step => ({
  name: `PUT to ${qualifier.replace(/[{}]/g, "")}`,
  request: { operation: "put", qualifier, json: { maxAsyncRetryAttempts: retries } },
  expect: { status: 200 },
});

const wrongLimits = ["0", "101", "-1", "1.5", "ten"].map(
  (limit): Step => ({
    name: `a limit of ${limit}`,
    ...(limit === "101" && { choice: "limit-above-most" }),
    request: { operation: "list", query: { limit } },
    expect: { status: 400, code: "InvalidArgument" },
  }),
);

export const paging: Scenario[] = [
  {
    name: "paging",
    needs: ["alias", "version"],
    steps: [
      put(5, "{alias}"),
      put(6, "LATEST"),
      put(7, "{version}"),
      {
        name: "the list has all of them, as GET shows them",
        request: { operation: "list" },
        expect: {
          status: 200,
          headers: { "Content-Type": "application/json; charset=utf-8" },
          body: {
            configs: {
              $anyOrder: [
                { maxAsyncRetryAttempts: 5, createdTime: "$time" },
                { maxAsyncRetryAttempts: 6, createdTime: "$time" },
                { maxAsyncRetryAttempts: 7, createdTime: "$time" },
              ],
            },
            nextToken: "$noToken",
          },
        },
      },
      {
        name: "the list is in the order of the qualifiers' bytes",
        choice: "list-order",
        request: { operation: "list" },
        expect: { status: 200, body: { configs: { $sortedBy: "qualifier" } } },
      },
      {
        name: "the first page of two",
        request: { operation: "list", query: { limit: "2" } },
        expect: { status: 200, body: { configs: { $length: 2 }, nextToken: "$text" } },
        save: { next: "nextToken" },
      },
      {
        name: "the second page has the rest, and an empty token in 2016-08-15",
        versions: ["2016-08-15"],
        request: { operation: "list", query: { limit: "2", nextToken: "{next}" } },
        expect: { status: 200, body: { configs: { $length: 1 }, nextToken: "" } },
      },
      {
        name: "the second page has the rest, and no token in 2021-04-06",
        versions: ["2021-04-06"],
        request: { operation: "list", query: { limit: "2", nextToken: "{next}" } },
        expect: { status: 200, body: { configs: { $length: 1 }, nextToken: "$absent" } },
      },
      {
        name: "the second page has the rest, and an empty token in 2023-03-30",
        choice: "last-page",
        versions: ["2023-03-30"],
        request: { operation: "list", query: { limit: "2", nextToken: "{next}" } },
        expect: { status: 200, body: { configs: { $length: 1 }, nextToken: "" } },
      },
      {
        name: "the second page again, with another limit",
        request: { operation: "list", query: { limit: "1", nextToken: "{next}" } },
        expect: { status: 200, body: { configs: { $length: 1 }, nextToken: "$noToken" } },
      },
      {
        name: "as many as there are make the last page",
        choice: "full-last-page",
        request: { operation: "list", query: { limit: "3" } },
        expect: { status: 200, body: { configs: { $length: 3 }, nextToken: "$noToken" } },
      },
      {
        name: "the token stays good when a config goes",
        choice: "token-stability",
        request: { operation: "delete", qualifier: "LATEST" },
        expect: { status: 204 },
      },
      {
        name: "the second page after that",
        choice: "token-stability",
        request: { operation: "list", query: { limit: "2", nextToken: "{next}" } },
        expect: { status: 200, body: { configs: { $length: 1 }, nextToken: "$noToken" } },
      },
      {
        name: "the token of another list is refused",
        choice: "foreign-token",
        versions: ["2023-03-30"],
        request: { method: "GET", path: "/2023-03-30/async-invoke-configs", query: { nextToken: "{next}" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
    ],
  },
  {
    name: "limits and tokens",
    steps: [
      {
        name: "the greatest limit, and no configs, which are null in 2016-08-15",
        choice: "empty-list",
        versions: ["2016-08-15"],
        request: { operation: "list", query: { limit: "100" } },
        expect: { status: 200, body: { configs: null } },
      },
      {
        name: "the greatest limit, and no configs, which are an empty list",
        choice: "empty-list",
        versions: ["2021-04-06", "2023-03-30"],
        request: { operation: "list", query: { limit: "100" } },
        expect: { status: 200, body: { configs: [] } },
      },
      ...wrongLimits,
      {
        name: "an empty limit is none",
        choice: "empty-limit",
        request: { operation: "list", query: { limit: "" } },
        expect: { status: 200, body: { configs: "$noConfigs" } },
      },
      {
        name: "an empty token is none",
        choice: "empty-token",
        request: { operation: "list", query: { nextToken: "" } },
        expect: { status: 200, body: { configs: "$noConfigs" } },
      },
      {
        name: "a token that nobody issued is refused",
        choice: "forged-token",
        request: { operation: "list", query: { nextToken: "Zm9yZ2Vk.TEFURVNU" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a list of a service with a qualifier is refused",
        choice: "list-with-qualifier",
        versions: ["2016-08-15"],
        request: { operation: "list", service: "{service}.LATEST" },
        expect: { status: 400, code: "InvalidArgument" },
      },
    ],
  },
  {
    name: "the list of every function",
    versions: ["2023-03-30"],
    steps: [
      put(5, "LATEST"),
      {
        name: "has this function's, and names LATEST by the function alone",
        everyPage: true,
        request: { method: "GET", path: "/2023-03-30/async-invoke-configs", query: { limit: "100" } },
        expect: {
          status: 200,
          body: {
            configs: {
              $includes: [
                {
                  functionArn: "acs:fc:{region}:{accountId}:functions/{function}",
                  maxAsyncRetryAttempts: 5,
                },
              ],
            },
          },
        },
      },
      {
        name: "an empty functionName is none",
        everyPage: true,
        choice: "empty-function-name",
        request: {
          method: "GET",
          path: "/2023-03-30/async-invoke-configs",
          query: { functionName: "", limit: "100" },
        },
        expect: { status: 200, body: { configs: { $length: 1 } } },
      },
    ],
  },
];
