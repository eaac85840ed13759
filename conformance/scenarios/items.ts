import type { Scenario, ScenarioRequest, Step } from "../scenario.ts";

type Items = NonNullable<ScenarioRequest["json"]>;

function accepted(name: string, items: Record<string, Items>, choice?: string): Step {
  return {
    name,
    ...(choice && { choice }),
    request: { operation: "put", json: items },
    expect: { status: 200, body: items },
  };
}

function refused(name: string, items: Items, choice?: string): Step {
  return {
    name,
    ...(choice && { choice }),
    request: { operation: "put", json: items },
    expect: { status: 400, code: "InvalidArgument" },
  };
}

const toSuccess = (destination: string) => ({ destinationConfig: { onSuccess: { destination } } });
const account = "acs:fc:{region}:{accountId}";
const mns = "acs:mns:{region}:{accountId}";

const unchanged: Step = {
  name: "what was refused created nothing",
  request: { operation: "get" },
  expect: { status: 404, code: "AsyncConfigNotExists" },
};

export const items: Scenario[] = [
  {
    name: "ranges at their edges",
    steps: [
      accepted("the least event age", { maxAsyncEventAgeInSeconds: 1 }),
      accepted("the greatest event age", { maxAsyncEventAgeInSeconds: "{maxEventAge}" }),
      accepted("no retries", { maxAsyncRetryAttempts: 0 }),
      accepted("the most retries", { maxAsyncRetryAttempts: 8 }),
      accepted("keeping state", { "{statefulItem}": true }),
      accepted("not keeping state", { "{statefulItem}": false }),
    ],
  },
  {
    name: "ranges over their edges",
    steps: [
      refused(
        "an event age of 0, which Terraform sends for one removed",
        { maxAsyncEventAgeInSeconds: 0 },
        "event-age-zero",
      ),
      refused("an event age below zero", { maxAsyncEventAgeInSeconds: -1 }),
      refused("an event age over the greatest", { maxAsyncEventAgeInSeconds: "{aboveMaxEventAge}" }),
      refused("an event age with a fraction", { maxAsyncEventAgeInSeconds: 1.5 }),
      refused("fewer than no retries", { maxAsyncRetryAttempts: -1 }),
      refused("one retry too many", { maxAsyncRetryAttempts: 9 }),
      refused("half a retry", { maxAsyncRetryAttempts: 0.5 }),
      {
        name: "an integer with a fraction of 0",
        choice: "integer-with-fraction",
        request: { operation: "put", text: '{"maxAsyncRetryAttempts": 1.0}' },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "an integer with an exponent",
        choice: "integer-with-fraction",
        request: { operation: "put", text: '{"maxAsyncRetryAttempts": 1e0}' },
        expect: { status: 400, code: "InvalidArgument" },
      },
      refused("an item that is right beside one that is wrong", {
        maxAsyncEventAgeInSeconds: 60,
        maxAsyncRetryAttempts: 9,
      }),
      unchanged,
    ],
  },
  {
    name: "types",
    steps: [
      refused("an event age that is a text", { maxAsyncEventAgeInSeconds: "60" }),
      refused("retries that are a text", { maxAsyncRetryAttempts: "1" }),
      refused("retries that are true", { maxAsyncRetryAttempts: true }),
      refused("a stateful item that is a text", { "{statefulItem}": "true" }),
      refused("a stateful item that is a number", { "{statefulItem}": 1 }),
      refused("a destinationConfig that is a text", { destinationConfig: "{destination}" }),
      refused("a destinationConfig that is a list", { destinationConfig: [] }),
      refused("an onSuccess that is a text", { destinationConfig: { onSuccess: "{destination}" } }),
      refused("a destination that is a number", { destinationConfig: { onSuccess: { destination: 1 } } }),
      refused("a body that is a list", []),
      refused("a body that is a text", "maxAsyncRetryAttempts"),
      {
        name: "a body of null is refused",
        choice: "null-body",
        request: { operation: "put", text: "null" },
        expect: { status: 400, code: "InvalidArgument" },
      },
      {
        name: "a body that is no JSON",
        request: { operation: "put", text: '{"maxAsyncRetryAttempts": ' },
        expect: { status: 400, code: "InvalidArgument" },
      },
      unchanged,
    ],
  },
  {
    name: "destinations",
    steps: [
      accepted("an MNS queue", toSuccess(`${mns}:/queues/fc-conformance/messages`)),
      accepted("an MNS topic", toSuccess(`${mns}:/topics/fc-conformance/messages`)),
      {
        ...accepted(
          "the function itself, of FC 2.0",
          toSuccess(`${account}:services/{service}/functions/{function}`),
        ),
        versions: ["2016-08-15", "2021-04-06"],
      },
      {
        ...accepted("the function itself, of FC 3.0", toSuccess(`${account}:functions/{function}`)),
        versions: ["2023-03-30"],
      },
      accepted(
        "an EventBridge bus that may not be there",
        toSuccess("acs:eventbridge:{region}:{accountId}:eventbus/fc-conformance"),
      ),
      accepted(
        "a RocketMQ topic that may not be there",
        toSuccess("acs:mq:{region}:{accountId}:/instances/fc-conformance/topics/fc-conformance"),
      ),
      accepted(
        "an account and a region as the reference masks them",
        toSuccess("acs:mns:xxx:1986***743:/queues/fc-conformance/messages"),
        "masked-destination",
      ),
      accepted(
        "an MNS queue without the leading slash",
        toSuccess(`${mns}:queues/fc-conformance/messages`),
        "destination-slash",
      ),
      {
        ...accepted(
          "a function of FC 3.0 as the destination of one of FC 2.0",
          toSuccess(`${account}:functions/fc-conformance`),
          "destination-generation",
        ),
        versions: ["2016-08-15", "2021-04-06"],
      },
      {
        ...accepted(
          "a function of FC 2.0 as the destination of one of FC 3.0",
          toSuccess(`${account}:services/fc-conformance/functions/fc-conformance`),
          "destination-generation",
        ),
        versions: ["2023-03-30"],
      },
    ],
  },
  {
    name: "destinations that are none",
    steps: [
      refused("no resource name", toSuccess("https://example.com/"), "destination-error"),
      refused("another vendor's", toSuccess("arn:aws:sqs:eu-west-1:123456789012:queue")),
      refused(
        "of a service that takes no results",
        toSuccess("acs:oss:{region}:{accountId}:bucket"),
        "destination-service",
      ),
      refused("without a resource", toSuccess(`${mns}:`), "destination-resource"),
      refused(
        "a queue without /messages",
        toSuccess(`${mns}:/queues/fc-conformance`),
        "destination-resource",
      ),
      {
        ...refused(
          "over 1024 characters",
          toSuccess(`${mns}:/queues/${"q".repeat(1024)}/messages`),
          "destination-length",
        ),
        versions: ["2016-08-15", "2021-04-06"],
      },
      {
        ...refused("over 512 characters", toSuccess(`${mns}:/queues/${"q".repeat(512)}/messages`)),
        versions: ["2023-03-30"],
      },
      unchanged,
    ],
  },
];
