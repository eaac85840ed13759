import { type Scenario, type Step, scenarioSchema, type Version } from "./scenario.ts";

const ALL: Version[] = ["2016-08-15", "2021-04-06", "2023-03-30"];
const FC2: Version[] = ["2016-08-15", "2021-04-06"];
const QUEUE = "acs:mns:{region}:{account}:/queues/fc-sandbox-conformance/messages";
const TOPIC = "acs:mns:{region}:{account}:/topics/fc-sandbox-conformance/messages";
const DEFAULTS = { maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 3 };

const put = (name: string, body: Step["body"], expect: Step["expect"], more: Partial<Step> = {}): Step => ({
  name,
  operation: "put",
  body,
  expect,
  ...more,
});
const get = (name: string, expect: Step["expect"], more: Partial<Step> = {}): Step => ({
  name,
  operation: "get",
  expect,
  ...more,
});
const shows = (body: Step["body"]): Step["expect"] => ({ status: 200, body });
const refused = (status: number, code: string): Step["expect"] => ({ status, code });
const invalid = refused(400, "InvalidArgument");

/** One step per value that an item must not have. */
function refusals(item: string, values: readonly Step["body"][]): Step[] {
  return values.map((value) =>
    put(`${item} is ${JSON.stringify(value)}`, { [item]: value ?? null }, invalid),
  );
}

/** What is asked of an implementation of the API, in the order in which it is asked. */
export const scenarios: readonly Scenario[] = [
  {
    name: "life cycle",
    versions: ALL,
    steps: [
      get("nothing is there", refused(404, "AsyncConfigNotExists")),
      put(
        "create",
        { maxAsyncRetryAttempts: 1, maxAsyncEventAgeInSeconds: 3600 },
        {
          status: 200,
          body: {
            createdTime: "<time>",
            lastModifiedTime: "<time>",
            maxAsyncRetryAttempts: 1,
            maxAsyncEventAgeInSeconds: 3600,
          },
        },
      ),
      get("read", shows({ maxAsyncRetryAttempts: 1, maxAsyncEventAgeInSeconds: 3600 })),
      { name: "list", operation: "list", expect: shows({ configs: [{ maxAsyncRetryAttempts: 1 }] }) },
      { name: "delete", operation: "delete", expect: { status: 204 } },
      get("gone", refused(404, "AsyncConfigNotExists")),
      { name: "delete again", operation: "delete", expect: refused(404, "AsyncConfigNotExists") },
    ],
  },
  {
    name: "who the config is",
    versions: FC2,
    steps: [
      put(
        "service and function",
        {},
        shows({ service: "{service}", function: "{function}", qualifier: "LATEST" }),
      ),
    ],
  },
  {
    name: "who the config is, as documented",
    versions: ["2016-08-15"],
    steps: [
      put(
        "both pairs of names",
        {},
        shows({
          serviceName: "{service}",
          functionName: "{function}",
          service: "{service}",
          function: "{function}",
        }),
        { settles: "names-twice" },
      ),
    ],
  },
  {
    name: "who the config is, by ARN",
    versions: ["2023-03-30"],
    steps: [
      put(
        "the qualifier is in the ARN",
        {},
        shows({
          functionArn: "acs:fc:{region}:{account}:functions/{function}/LATEST",
        }),
        { settles: "arn-qualifier" },
      ),
    ],
  },
  {
    name: "partial updates",
    versions: ALL,
    steps: [
      put("one item", { maxAsyncRetryAttempts: 2 }, shows({ ...DEFAULTS, maxAsyncRetryAttempts: 2 })),
      put(
        "another item",
        { maxAsyncEventAgeInSeconds: 60 },
        shows({ maxAsyncRetryAttempts: 2, maxAsyncEventAgeInSeconds: 60 }),
      ),
      put(
        "one destination",
        { destinationConfig: { onFailure: { destination: QUEUE } } },
        shows({
          maxAsyncRetryAttempts: 2,
          destinationConfig: { onFailure: { destination: QUEUE } },
        }),
      ),
      put(
        "the other destination leaves the first",
        { destinationConfig: { onSuccess: { destination: TOPIC } } },
        shows({
          destinationConfig: { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } },
        }),
        { settles: "merge-per-destination" },
      ),
      put(
        "an empty destinationConfig changes nothing",
        { destinationConfig: {} },
        shows({
          destinationConfig: { onSuccess: { destination: TOPIC }, onFailure: { destination: QUEUE } },
        }),
        { settles: "merge-per-destination" },
      ),
    ],
  },
  {
    name: "null is not given",
    versions: ALL,
    steps: [
      put(
        "create",
        { maxAsyncRetryAttempts: 2, destinationConfig: { onFailure: { destination: QUEUE } } },
        { status: 200 },
      ),
      put(
        "null items",
        {
          maxAsyncRetryAttempts: null,
          maxAsyncEventAgeInSeconds: null,
          destinationConfig: null,
        },
        shows({ maxAsyncRetryAttempts: 2, destinationConfig: { onFailure: { destination: QUEUE } } }),
      ),
      put(
        "null destinations",
        { destinationConfig: { onSuccess: null, onFailure: null } },
        shows({
          destinationConfig: { onFailure: { destination: QUEUE } },
        }),
      ),
      put(
        "a null destination's name",
        { destinationConfig: { onFailure: { destination: null } } },
        shows({
          destinationConfig: { onFailure: { destination: QUEUE } },
        }),
      ),
    ],
  },
  {
    name: "clearing",
    versions: ALL,
    steps: [
      put(
        "create",
        { destinationConfig: { onFailure: { destination: QUEUE }, onSuccess: { destination: TOPIC } } },
        { status: 200 },
      ),
      put(
        "an empty destination clears it",
        { destinationConfig: { onFailure: { destination: "" } } },
        shows({
          destinationConfig: { onFailure: null, onSuccess: { destination: TOPIC } },
        }),
        { settles: "clear-destination" },
      ),
    ],
  },
  {
    name: "what was never set",
    versions: ALL,
    steps: [
      put("an empty object creates a config of defaults", {}, shows(DEFAULTS), { settles: "empty-body" }),
      put("no body at all touches it", undefined, shows(DEFAULTS), { settles: "empty-body" }),
      get(
        "destinations never set are null",
        shows({ destinationConfig: { onSuccess: null, onFailure: null } }),
        {
          settles: "unset-destinations",
        },
      ),
    ],
  },
  {
    name: "unknown items",
    versions: ALL,
    steps: [
      put(
        "are ignored",
        { nonsense: true, maxAsyncRetryAttempts: 1 },
        {
          status: 200,
          body: { maxAsyncRetryAttempts: 1 },
          without: ["nonsense"],
        },
        { settles: "unknown-items" },
      ),
    ],
  },
  {
    name: "stateful, FC 2.0",
    versions: FC2,
    steps: [put("set", { statefulInvocation: true }, shows({ statefulInvocation: true }))],
  },
  {
    name: "stateful, FC 3.0",
    versions: ["2023-03-30"],
    steps: [put("set", { asyncTask: true }, shows({ asyncTask: true }))],
  },
  {
    name: "edges of the ranges",
    versions: ALL,
    steps: [
      put(
        "least",
        { maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 1 },
        shows({ maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 1 }),
      ),
      put("most retries", { maxAsyncRetryAttempts: 8 }, shows({ maxAsyncRetryAttempts: 8 })),
      put("a week", { maxAsyncEventAgeInSeconds: 604_800 }, shows({ maxAsyncEventAgeInSeconds: 604_800 })),
      ...refusals("maxAsyncRetryAttempts", [-1, 9, 1.5, "1", true, []]),
      ...refusals("maxAsyncEventAgeInSeconds", [0, -1, 1.5, "60", 2_592_001]),
    ],
  },
  {
    name: "the greatest event age of FC 2.0",
    versions: FC2,
    steps: [
      put(
        "thirty days",
        { maxAsyncEventAgeInSeconds: 2_592_000 },
        shows({ maxAsyncEventAgeInSeconds: 2_592_000 }),
        {
          settles: "event-age-2021",
        },
      ),
    ],
  },
  {
    name: "the greatest event age of FC 3.0",
    versions: ["2023-03-30"],
    steps: [put("over a week", { maxAsyncEventAgeInSeconds: 604_801 }, invalid)],
  },
  {
    name: "destinations",
    versions: ALL,
    steps: [
      ...["nonsense", "acs:oss:{region}:{account}:bucket", "acs:mns:{region}:{account}:/queues/q", 5].map(
        (destination) =>
          put(
            `${JSON.stringify(destination)} is none`,
            { destinationConfig: { onFailure: { destination } } },
            invalid,
            {
              settles: "destination-grammar",
            },
          ),
      ),
      get("nothing was written", refused(404, "AsyncConfigNotExists")),
    ],
  },
  {
    name: "qualifiers",
    versions: ALL,
    steps: [
      put("an alias", { maxAsyncRetryAttempts: 1 }, shows({ maxAsyncRetryAttempts: 1 }), {
        qualifier: "{qualifier}",
      }),
      put("none is LATEST", { maxAsyncRetryAttempts: 2 }, shows({ maxAsyncRetryAttempts: 2 })),
      get("LATEST by name", shows({ maxAsyncRetryAttempts: 2 }), { qualifier: "LATEST" }),
      get("the alias keeps its own", shows({ maxAsyncRetryAttempts: 1 }), { qualifier: "{qualifier}" }),
      {
        name: "the first page",
        operation: "list",
        query: { limit: "1" },
        expect: shows({ configs: ["<any>"], nextToken: "<text>" }),
      },
      {
        name: "the last page",
        operation: "list",
        query: { limit: "1", nextToken: "{nextToken}" },
        expect: { ...shows({ configs: ["<any>"] }), without: ["nextToken"] },
      },
    ],
  },
  {
    name: "names that are none",
    versions: ALL,
    steps: [
      put("a function that begins with a digit", {}, invalid, { function: "9f", settles: "name-grammar" }),
      put("a function of 129 letters", {}, invalid, { function: "f".repeat(129), settles: "name-grammar" }),
      put("a qualifier that begins with a hyphen", {}, invalid, { qualifier: "-q", settles: "name-grammar" }),
    ],
  },
  {
    name: "pages that are none",
    versions: ALL,
    steps: [
      ...["0", "101", "x"].map(
        (limit): Step => ({ name: `limit=${limit}`, operation: "list", query: { limit }, expect: invalid }),
      ),
      {
        name: "a token that was made up",
        operation: "list",
        query: { nextToken: "nonsense" },
        expect: invalid,
      },
    ],
  },
  {
    name: "bodies that are none",
    versions: ALL,
    steps: [
      put("no JSON", undefined, invalid, { text: "{" }),
      put("no object", undefined, invalid, { text: "[]" }),
      put("too large", undefined, refused(400, "EntityTooLarge"), { text: `{"x":"${"x".repeat(70_000)}"}` }),
      put("another type", undefined, refused(415, "UnsupportedMediaType"), {
        text: "{}",
        contentType: "text/plain",
      }),
      put("an item given twice", undefined, invalid, {
        text: '{"maxAsyncRetryAttempts":1,"maxAsyncRetryAttempts":2}',
        settles: "repeated-items",
      }),
    ],
  },
  {
    name: "what does not exist",
    versions: FC2,
    steps: [
      put("a service", {}, refused(404, "ServiceNotFound"), { service: "{unknown}", needsExistence: true }),
      put("a function", {}, refused(404, "FunctionNotFound"), {
        function: "{unknown}",
        needsExistence: true,
      }),
      put("an alias", {}, refused(404, "AliasNotFound"), { qualifier: "{unknown}", needsExistence: true }),
      put("a version", {}, refused(404, "VersionNotFound"), { qualifier: "987654", needsExistence: true }),
    ],
  },
  {
    name: "what does not exist in FC 3.0",
    versions: ["2023-03-30"],
    steps: [
      put("a function", {}, refused(404, "FunctionNotFound"), {
        function: "{unknown}",
        needsExistence: true,
      }),
      put("an alias", {}, refused(404, "AliasNotFound"), { qualifier: "{unknown}", needsExistence: true }),
      put("a version", {}, refused(404, "VersionNotFound"), { qualifier: "987654", needsExistence: true }),
    ],
  },
  {
    name: "signatures",
    versions: ALL,
    steps: [
      put("none", {}, refused(400, "MissingRequiredHeader"), { signature: "none", settles: "unsigned" }),
      put("with another secret", {}, refused(403, "SignatureNotMatch"), { signature: "wrong secret" }),
      put("with a key that nobody has", {}, refused(403, "InvalidAccessKeyID"), { signature: "unknown key" }),
    ],
  },
  {
    name: "a signature without Date",
    versions: ["2016-08-15"],
    steps: [
      put("x-fc-date in its place", {}, { status: 200 }, { signature: "no Date", settles: "x-fc-date" }),
    ],
  },
].map((scenario) => scenarioSchema.parse(JSON.parse(JSON.stringify(scenario))));
