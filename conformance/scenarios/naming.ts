import type { Scenario, Step } from "../scenario.ts";

function refused(name: string, request: Partial<Extract<Step["request"], { operation: string }>>): Step {
  return {
    name,
    request: { operation: "get", ...request },
    expect: { status: 400, code: "InvalidArgument" },
  };
}

const put = (retries: number, qualifier?: string): Step["request"] => ({
  operation: "put",
  ...(qualifier && { qualifier }),
  json: { maxAsyncRetryAttempts: retries },
});

export const naming: Scenario[] = [
  {
    name: "qualifiers",
    steps: [
      {
        name: "PUT without a qualifier is LATEST's",
        request: put(1),
        expect: { status: 200, identity: "LATEST" },
      },
      {
        name: "GET of LATEST shows it",
        request: { operation: "get", qualifier: "LATEST" },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 1 } },
      },
      {
        name: "PUT to LATEST changes it",
        request: put(2, "LATEST"),
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 2 } },
      },
      {
        name: "an alias has none of it",
        needs: ["alias"],
        request: { operation: "get", qualifier: "{alias}" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "PUT to an alias",
        needs: ["alias"],
        request: put(3, "{alias}"),
        expect: { status: 200, identity: "{alias}", body: { maxAsyncRetryAttempts: 3 } },
      },
      {
        name: "a version has none of it",
        needs: ["version"],
        request: { operation: "get", qualifier: "{version}" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "PUT to a version",
        needs: ["version"],
        request: put(4, "{version}"),
        expect: { status: 200, identity: "{version}", body: { maxAsyncRetryAttempts: 4 } },
      },
      {
        name: "LATEST is as it was",
        request: { operation: "get" },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 2 } },
      },
      {
        name: "DELETE of an alias's",
        needs: ["alias"],
        request: { operation: "delete", qualifier: "{alias}" },
        expect: { status: 204 },
      },
      {
        name: "DELETE of an alias's leaves the version's",
        needs: ["alias", "version"],
        request: { operation: "get", qualifier: "{version}" },
        expect: { status: 200, identity: "{version}", body: { maxAsyncRetryAttempts: 4 } },
      },
      {
        name: "DELETE without a qualifier is LATEST's",
        request: { operation: "delete" },
        expect: { status: 204 },
      },
      {
        name: "LATEST's is gone",
        request: { operation: "get", qualifier: "LATEST" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
    ],
  },
  {
    name: "qualifiers in the other place",
    needs: ["alias"],
    steps: [
      { name: "PUT to LATEST", request: put(1), expect: { status: 200 } },
      {
        name: "2016-08-15 ignores a qualifier in the query",
        choice: "classic-query-qualifier",
        versions: ["2016-08-15"],
        request: { operation: "get", query: { qualifier: "{alias}" } },
        expect: { status: 200, identity: "LATEST", body: { maxAsyncRetryAttempts: 1 } },
      },
      {
        name: "2016-08-15 takes the qualifier before a function in the query's place",
        versions: ["2016-08-15"],
        request: { operation: "get", qualifier: "LATEST", query: { qualifier: "{alias}" } },
        expect: { status: 200, identity: "LATEST" },
      },
      {
        name: "2021-04-06 refuses a qualifier in the path",
        choice: "segment-qualifier-2021",
        versions: ["2021-04-06"],
        request: { operation: "get", service: "{service}.LATEST" },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "2021-04-06 takes an empty qualifier as none",
        choice: "empty-qualifier",
        versions: ["2021-04-06"],
        request: { operation: "get", query: { qualifier: "" } },
        expect: { status: 200, identity: "LATEST" },
      },
      {
        name: "2023-03-30 takes an empty qualifier as none",
        choice: "empty-qualifier",
        versions: ["2023-03-30"],
        request: { operation: "get", query: { qualifier: "" } },
        expect: { status: 200, identity: "LATEST" },
      },
      {
        name: "2016-08-15 refuses an empty qualifier after the dot",
        choice: "empty-qualifier",
        versions: ["2016-08-15"],
        request: { operation: "get", service: "{service}." },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a second dot belongs to the qualifier, and is refused",
        choice: "second-dot",
        versions: ["2016-08-15"],
        request: { operation: "get", qualifier: "{alias}.LATEST" },
        expect: { status: 400, code: "InvalidArgument" },
      },
    ],
  },
  {
    name: "names that are none",
    steps: [
      refused("a function that starts with a digit", { function: "1report" }),
      refused("a function that starts with a hyphen", { function: "-report" }),
      refused("a function with a space", { function: "re port" }),
      refused("a function of 129 characters", { function: "f".repeat(129) }),
      {
        ...refused("a function of 65 characters", { function: "f".repeat(65) }),
        versions: ["2023-03-30"],
      },
      refused("a version 0", { qualifier: "0" }),
      refused("a version with a leading zero", { qualifier: "01" }),
      refused("an alias with a space", { qualifier: "pr od" }),
      {
        ...refused("a service that starts with a digit", { service: "1shop" }),
        versions: ["2016-08-15", "2021-04-06"],
      },
      {
        ...refused("a service of 129 characters", { service: "s".repeat(129) }),
        versions: ["2016-08-15", "2021-04-06"],
      },
      {
        name: "a function of 65 characters could be there in FC 2.0",
        choice: "function-name-length",
        versions: ["2016-08-15", "2021-04-06"],
        needs: ["existence"],
        request: { operation: "get", function: "f".repeat(65) },
        expect: { status: 404, code: "FunctionNotFound" },
      },
    ],
  },
  {
    name: "what does not exist",
    needs: ["existence"],
    steps: [
      {
        name: "PUT to a service that is not there",
        versions: ["2016-08-15", "2021-04-06"],
        request: { operation: "put", service: "{missing}", json: {} },
        expect: { status: 404, code: "ServiceNotFound" },
      },
      ...(["put", "get", "delete", "list"] as const).map(
        (operation): Step => ({
          name: `${operation} of a function that is not there`,
          request: {
            operation,
            function: "{missing}",
            ...(operation === "put" && { json: { maxAsyncRetryAttempts: 1 } }),
          },
          expect: { status: 404, code: "FunctionNotFound" },
          ...(operation === "list" && { choice: "list-of-missing-function" }),
        }),
      ),
      {
        name: "PUT to an alias that is not there",
        request: { operation: "put", qualifier: "{missing}", json: {} },
        expect: { status: 404, code: "AliasNotFound" },
      },
      {
        name: "GET of an alias that is not there",
        choice: "get-of-missing-qualifier",
        request: { operation: "get", qualifier: "{missing}" },
        expect: { status: 404, code: "AliasNotFound" },
      },
      {
        name: "PUT to a version that is not there",
        request: { operation: "put", qualifier: "999999", json: {} },
        expect: { status: 404, code: "VersionNotFound" },
      },
      {
        name: "GET of a version that is not there",
        choice: "get-of-missing-qualifier",
        request: { operation: "get", qualifier: "999999" },
        expect: { status: 404, code: "VersionNotFound" },
      },
      {
        name: "a wrong body for a function that is not there",
        choice: "existence-before-body",
        request: { operation: "put", function: "{missing}", json: { maxAsyncRetryAttempts: 9 } },
        expect: { status: 404, code: "FunctionNotFound" },
      },
    ],
  },
];
