import { FUNCTION } from "../preparation.ts";
import type { Scenario, Step } from "../scenario.ts";

const FC2 = ["2016-08-15", "2021-04-06"] as const;
const FC3 = ["2023-03-30"] as const;
const made = { service: "{made}", function: "{made}" } as const;
const creation = { functionName: "{made}", description: "first", ...FUNCTION };

/** The steps that make a service (FC 2.0) and a function for the steps that follow. */
const service: Step = {
  name: "a service for it",
  versions: [...FC2],
  request: { operation: "CreateService", json: { serviceName: "{made}" } },
  expect: { status: 200, body: { serviceName: "{made}" } },
};
const owner: readonly Step[] = [
  service,
  {
    name: "a function for it",
    request: { operation: "CreateFunction", ...made, json: creation },
    expect: { status: 200, body: { functionName: "{made}" } },
  },
];

export const resources: Scenario[] = [
  {
    name: "a service from its creation to its deletion",
    versions: [...FC2],
    steps: [
      {
        name: "it is created",
        request: { operation: "CreateService", json: { serviceName: "{made}", description: "first" } },
        expect: {
          status: 200,
          headers: { ETag: "*" },
          body: {
            serviceName: "{made}",
            serviceId: "$text",
            description: "first",
            internetAccess: true,
            role: "",
            createdTime: "$time",
            lastModifiedTime: "$time",
          },
        },
      },
      {
        name: "not twice",
        request: { operation: "CreateService", json: { serviceName: "{made}" } },
        expect: { status: 409, code: "ServiceAlreadyExists" },
      },
      {
        name: "not without a name",
        request: { operation: "CreateService", json: {} },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "items that were never given",
        choice: "resource-defaults",
        request: { operation: "GetService", ...made },
        expect: {
          status: 200,
          body: {
            logConfig: { project: "", logstore: "" },
            vpcConfig: { vpcId: "", vSwitchIds: [], securityGroupId: "" },
            nasConfig: { userId: -1, groupId: -1, mountPoints: [] },
            tracingConfig: { type: null, params: null },
          },
        },
      },
      {
        name: "an update changes what it contains",
        request: { operation: "UpdateService", ...made, json: { internetAccess: false, description: null } },
        expect: { status: 200, body: { internetAccess: false, description: "first" } },
      },
      {
        name: "If-Match of another state",
        request: { operation: "UpdateService", ...made, json: {}, headers: { "If-Match": "0".repeat(32) } },
        expect: { status: 412, code: "PreconditionFailed" },
      },
      {
        name: "it is listed by its prefix",
        request: { operation: "ListServices", query: { prefix: "{made}", startKey: "{made}" } },
        expect: { status: 200, body: { services: [{ serviceName: "{made}" }], nextToken: "$noToken" } },
      },
      {
        name: "a startKey after it",
        request: { operation: "ListServices", query: { prefix: "{made}", startKey: "{made}0" } },
        expect: { status: 200, body: { services: [] } },
      },
      {
        name: "it is deleted",
        request: { operation: "DeleteService", ...made },
        expect: { status: 204 },
      },
      {
        name: "then it is gone",
        request: { operation: "GetService", ...made },
        expect: { status: 404, code: "ServiceNotFound" },
      },
    ],
  },
  {
    name: "a function from its creation to its deletion",
    steps: [
      service,
      {
        name: "it is created",
        request: { operation: "CreateFunction", ...made, json: { ...creation, timeout: 60 } },
        expect: {
          status: 200,
          body: {
            functionName: "{made}",
            functionId: "$text",
            runtime: "python3.10",
            handler: "index.handler",
            timeout: 60,
            codeSize: 186,
            codeChecksum: "$text",
            createdTime: "$time",
          },
        },
      },
      {
        name: "not twice",
        request: { operation: "CreateFunction", ...made, json: creation },
        expect: { status: 409, code: "FunctionAlreadyExists" },
      },
      {
        name: "items that were never given",
        choice: "resource-defaults",
        request: { operation: "GetFunction", ...made },
        expect: {
          status: 200,
          body: { environmentVariables: {}, instanceConcurrency: 1, diskSize: 512, description: "first" },
        },
      },
      {
        name: "memory that is no multiple of 64",
        choice: "function-bounds",
        request: { operation: "UpdateFunction", ...made, json: { memorySize: 200 } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "more memory than there is",
        choice: "function-bounds",
        request: { operation: "UpdateFunction", ...made, json: { memorySize: 65_536 } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an unknown runtime",
        request: { operation: "UpdateFunction", ...made, json: { runtime: "cobol" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a checksum that is not the code's",
        choice: "code-checksum",
        request: {
          operation: "UpdateFunction",
          ...made,
          json: { code: { ...FUNCTION.code, checksum: "1" } },
          headers: { "X-Fc-Code-Checksum": "1" },
        },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an update changes what it contains",
        request: {
          operation: "UpdateFunction",
          ...made,
          json: { description: "", environmentVariables: { STAGE: "testing" } },
        },
        expect: {
          status: 200,
          body: { description: "", environmentVariables: { STAGE: "testing" }, timeout: 60 },
        },
      },
      {
        name: "an update with If-Match of another state",
        versions: [...FC2],
        request: { operation: "UpdateFunction", ...made, json: {}, headers: { "If-Match": "0".repeat(32) } },
        expect: { status: 412, code: "PreconditionFailed" },
      },
      {
        name: "a deletion with If-Match of another state",
        versions: [...FC2],
        request: { operation: "DeleteFunction", ...made, headers: { "If-Match": "0".repeat(32) } },
        expect: { status: 412, code: "PreconditionFailed" },
      },
      {
        name: "environment variables are replaced whole",
        request: { operation: "UpdateFunction", ...made, json: { environmentVariables: {} } },
        expect: { status: 200, body: { environmentVariables: { $only: {} } } },
      },
      {
        name: "where its code is",
        request: { operation: "GetFunctionCode", ...made },
        expect: { status: 200, body: { url: "$text", checksum: "$text" } },
      },
      {
        name: "it is listed",
        request: { operation: "ListFunctions", ...made, query: { prefix: "{made}" } },
        expect: { status: 200, body: { functions: [{ functionName: "{made}" }], nextToken: "$noToken" } },
      },
      {
        name: "a wrong body for a function of no service",
        choice: "body-before-existence",
        versions: [...FC2],
        request: { operation: "UpdateFunction", service: "{missing}", function: "{missing}", text: "{" },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a wrong body for no function",
        choice: "body-before-existence",
        versions: [...FC3],
        request: { operation: "UpdateFunction", function: "{missing}", text: "{" },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a service with functions can't be deleted",
        choice: "not-empty",
        versions: [...FC2],
        request: { operation: "DeleteService", ...made },
        expect: { status: 409, code: "ServiceNotEmpty" },
      },
      {
        name: "a config of it",
        request: { operation: "put", ...made, json: { maxAsyncRetryAttempts: 1 } },
        expect: { status: 200 },
      },
      {
        name: "it is deleted",
        request: { operation: "DeleteFunction", ...made },
        expect: { status: 204 },
      },
      {
        name: "then it is gone",
        request: { operation: "GetFunction", ...made },
        expect: { status: 404, code: "FunctionNotFound" },
      },
      {
        name: "it is created again",
        request: { operation: "CreateFunction", ...made, json: creation },
        expect: { status: 200 },
      },
      {
        name: "its config went along",
        choice: "configs-go-along",
        request: { operation: "get", ...made },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
    ],
  },
  {
    name: "versions and aliases from their creation to their deletion",
    steps: [
      ...owner,
      {
        name: "the first version is 1",
        request: { operation: "PublishFunctionVersion", ...made, json: { description: "release 1" } },
        expect: { status: 200, body: { versionId: "1", description: "release 1", createdTime: "$time" } },
      },
      {
        name: "not without a change",
        choice: "publish-error-status",
        request: { operation: "PublishFunctionVersion", ...made, json: {} },
        expect: { status: 400, code: "VersionPublishError" },
      },
      {
        name: "an alias of it",
        request: { operation: "CreateAlias", ...made, json: { aliasName: "{madeAlias}", versionId: "1" } },
        expect: { status: 200, body: { aliasName: "{madeAlias}", versionId: "1", description: "" } },
      },
      {
        name: "not twice",
        request: { operation: "CreateAlias", ...made, json: { aliasName: "{madeAlias}", versionId: "1" } },
        expect: { status: 409, code: "AliasAlreadyExists" },
      },
      {
        name: "LATEST is no alias",
        request: { operation: "CreateAlias", ...made, json: { aliasName: "LATEST", versionId: "1" } },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an alias of LATEST",
        choice: "alias-version",
        request: { operation: "CreateAlias", ...made, json: { aliasName: "{missing}", versionId: "LATEST" } },
        expect: { status: 404, code: "VersionNotFound" },
      },
      {
        name: "an alias of no version",
        request: { operation: "CreateAlias", ...made, json: { aliasName: "{missing}", versionId: "999" } },
        expect: { status: 404, code: "VersionNotFound" },
      },
      {
        name: "the function changes",
        request: { operation: "UpdateFunction", ...made, json: { timeout: 30 } },
        expect: { status: 200, body: { timeout: 30 } },
      },
      {
        name: "the version does not",
        request: { operation: "GetFunction", ...made, qualifier: "1" },
        expect: { status: 200, body: { timeout: 3 } },
      },
      {
        name: "the alias shows the version",
        request: { operation: "GetFunction", ...made, qualifier: "{madeAlias}" },
        expect: { status: 200, body: { timeout: 3 } },
      },
      {
        name: "the next version is 2",
        request: { operation: "PublishFunctionVersion", ...made, json: {} },
        expect: { status: 200, body: { versionId: "2" } },
      },
      {
        name: "versions are listed from the last to the first",
        request: { operation: "ListFunctionVersions", ...made },
        expect: {
          status: 200,
          body: { versions: [{ versionId: "2" }, { versionId: "1" }], direction: "BACKWARD" },
        },
      },
      {
        name: "or the other way round, from a number on",
        request: { operation: "ListFunctionVersions", ...made, query: { direction: "FORWARD", limit: "1" } },
        expect: { status: 200, body: { versions: [{ versionId: "1" }], nextToken: "$text" } },
      },
      {
        name: "the alias gives a share to it",
        request: {
          operation: "UpdateAlias",
          ...made,
          alias: "{madeAlias}",
          json: { additionalVersionWeight: { "2": 0.25 } },
        },
        expect: { status: 200, body: { versionId: "1", additionalVersionWeight: { "2": 0.25 } } },
      },
      {
        name: "If-Match of another state",
        versions: [...FC2],
        request: {
          operation: "UpdateAlias",
          ...made,
          alias: "{madeAlias}",
          json: {},
          headers: { "If-Match": "0".repeat(32) },
        },
        expect: { status: 412, code: "PreconditionFailed" },
      },
      {
        name: "aliases are listed",
        request: { operation: "ListAliases", ...made, query: { prefix: "{madeAlias}" } },
        expect: { status: 200, body: { aliases: [{ aliasName: "{madeAlias}" }] } },
      },
      {
        name: "a function with versions can't be deleted",
        choice: "not-empty",
        versions: [...FC3],
        request: { operation: "DeleteFunction", ...made },
        expect: { status: 409, code: "FunctionNotEmpty" },
      },
      {
        name: "the alias is deleted",
        request: { operation: "DeleteAlias", ...made, alias: "{madeAlias}" },
        expect: { status: 204 },
      },
      {
        name: "then it is gone",
        request: { operation: "GetAlias", ...made, alias: "{madeAlias}" },
        expect: { status: 404, code: "AliasNotFound" },
      },
      {
        name: "version 2 is deleted",
        request: { operation: "DeleteFunctionVersion", ...made, version: "2" },
        expect: { status: 204 },
      },
      {
        name: "then it is gone, too",
        request: { operation: "DeleteFunctionVersion", ...made, version: "2" },
        expect: { status: 404, code: "VersionNotFound" },
      },
      {
        name: "its number is not used again",
        request: { operation: "UpdateFunction", ...made, json: { timeout: 31 } },
        expect: { status: 200 },
      },
      {
        name: "the version after it is 3",
        request: { operation: "PublishFunctionVersion", ...made, json: {} },
        expect: { status: 200, body: { versionId: "3" } },
      },
    ],
  },
];
