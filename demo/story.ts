/**
 * The demo's shop and its traffic. The shop has three services, whose functions send events to each other.
 * Deployments change the configs, the API refuses a destination with a typo until it is corrected, and a client
 * retries when the API throttles it. An order fails and ends in the dead-letter queue; with more retries, it succeeds.
 */
import { ControlError, type SandboxClient, type Snapshot } from "../src/client/index.ts";

const ACCOUNT = "1234567890123456";
const arn = (service: string, rest: string) => `acs:${service}:cn-hangzhou:${ACCOUNT}:${rest}`;
const destinations = {
  archive: arn("fc", "services/orders.prod/functions/archive"),
  deadLetters: arn("mns", "/queues/dead-letters/messages"),
  alerts: arn("mns", "/topics/alerts/messages"),
  events: arn("eventbridge", "eventbus/shop"),
};

/** The sandbox's contents at the start of the demo. */
export const opening: Snapshot = {
  functions: {
    services: [
      {
        name: "orders",
        description: "Takes orders and bills them",
        functions: [
          { name: "archive", runtime: "java17", memorySize: 512, timeout: 30 },
          { name: "invoice", runtime: "nodejs20", memorySize: 256, timeout: 60 },
          { name: "place", runtime: "nodejs20", memorySize: 256, timeout: 30 },
        ],
        versions: ["1", "2"],
        aliases: [
          { name: "prod", versionId: "1" },
          { name: "staging", versionId: "2" },
        ],
      },
      {
        name: "payments",
        functions: [{ name: "charge", runtime: "go1", timeout: 10 }],
        versions: ["1"],
        aliases: ["prod"],
      },
      { name: "media", functions: [{ name: "thumbnail", runtime: "python3.10", memorySize: 1024 }] },
    ],
    functions: [
      {
        name: "resize",
        runtime: "python3.12",
        memorySize: 1024,
        timeout: 60,
        versions: ["1", "2"],
        aliases: [{ name: "live", versionId: "1", additionalVersionWeight: { "2": 0.1 } }],
      },
    ],
  },
  configs: [
    {
      service: "orders",
      function: "invoice",
      qualifier: "prod",
      maxAsyncRetryAttempts: 2,
      maxAsyncEventAgeInSeconds: 3600,
      destinationConfig: {
        onSuccess: { destination: destinations.archive },
        onFailure: { destination: destinations.deadLetters },
      },
    },
    { service: "orders", function: "invoice", qualifier: "staging", maxAsyncRetryAttempts: 0 },
    {
      service: "orders",
      function: "place",
      qualifier: "prod",
      maxAsyncRetryAttempts: 1,
      destinationConfig: {
        onSuccess: { destination: destinations.archive },
        onFailure: { destination: destinations.deadLetters },
      },
    },
    {
      service: "payments",
      function: "charge",
      qualifier: "prod",
      maxAsyncRetryAttempts: 1,
      stateful: true,
      destinationConfig: { onFailure: { destination: destinations.alerts } },
    },
    {
      service: "media",
      function: "thumbnail",
      maxAsyncEventAgeInSeconds: 600,
      destinationConfig: { onSuccess: { destination: destinations.events } },
    },
  ],
};

/** An action of one of the shop's clients: requests to the API, some of which fail. */
export interface Act {
  readonly title: string;
  play(sandbox: SandboxClient): Promise<void>;
}

/** The acts, which can be played repeatedly. `round` varies the values that they put. */
export function acts(round: number): Act[] {
  const put = (sandbox: SandboxClient, config: string, items: object) => send(sandbox, "PUT", config, items);
  return [
    {
      title: "the console looks at the invoices' configs",
      play: async (sandbox) => {
        await send(sandbox, "GET", "orders.prod/functions/invoice");
        await send(sandbox, "GET", "orders.staging/functions/invoice");
      },
    },
    {
      title: "a deployment gives the staging alias more time",
      play: async (sandbox) => {
        await put(sandbox, "orders.staging/functions/invoice", {
          maxAsyncEventAgeInSeconds: 600 + 60 * (round % 10),
          maxAsyncRetryAttempts: round % 4,
        });
      },
    },
    {
      title: "a typo in a destination is refused",
      play: async (sandbox) => {
        await put(sandbox, "media/functions/thumbnail", {
          destinationConfig: { onFailure: { destination: arn("mns", "queue/dead-letters") } },
        });
      },
    },
    {
      title: "and put right",
      play: async (sandbox) => {
        const destination = round % 2 === 0 ? destinations.deadLetters : destinations.alerts;
        await put(sandbox, "media/functions/thumbnail", {
          destinationConfig: { onFailure: { destination } },
        });
      },
    },
    {
      title: "a client is throttled, and tries again until it gets through",
      play: async (sandbox) => {
        await throttle(sandbox);
        for (let attempt = 1; attempt <= 3; attempt++) {
          const config = "payments.prod/functions/charge";
          const status = await put(sandbox, config, { maxAsyncRetryAttempts: 1 + (round % 3) });
          if (status === 200) break;
          await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
        }
      },
    },
    {
      title: "an order fails twice, and ends in the dead-letter queue",
      play: async (sandbox) => {
        await put(sandbox, ORDERS, { maxAsyncRetryAttempts: 1 });
        await placeOrder(sandbox, 2 * round);
      },
    },
    {
      title: "with one more retry, an order that fails as often succeeds",
      play: async (sandbox) => {
        await put(sandbox, ORDERS, { maxAsyncRetryAttempts: 2 });
        await placeOrder(sandbox, 2 * round + 1);
      },
    },
    {
      title: "a canary comes and goes",
      play: async (sandbox) => {
        const canary = "orders.canary/functions/invoice";
        if (round % 2 === 0) await put(sandbox, canary, { maxAsyncRetryAttempts: 0 });
        else await send(sandbox, "DELETE", canary);
      },
    },
    {
      title: "the new resizer of FC 3.0 is set up",
      play: async (sandbox) => {
        const response = await fetch(`${sandbox.endpoint}/2023-03-30/functions/resize/async-invoke-config`, {
          method: "PUT",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({
            maxAsyncRetryAttempts: round % 3,
            destinationConfig: { onSuccess: { destination: destinations.events } },
          }),
        });
        await response.arrayBuffer();
      },
    },
  ];
}

/** The function that takes orders, as `send` names it. */
const ORDERS = "orders.prod/functions/place";
const LONGEST_WAIT_MS = 8000;

/**
 * Invokes the function that takes orders. It fails twice and then succeeds. Waits for the end, because the config
 * counts at each attempt, but not for long: where a visitor froze the clock, the end does not come by itself.
 */
async function placeOrder(sandbox: SandboxClient, number: number): Promise<void> {
  const response = await fetch(`${sandbox.endpoint}/2016-08-15/services/${ORDERS}/invocations`, {
    method: "POST",
    headers: { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": "error, error, success" },
    body: JSON.stringify({ order: number, items: ["teapot"] }),
  });
  await response.arrayBuffer();
  const id = response.headers.get("X-Fc-Request-Id");
  if (response.status !== 202 || id === null) return;
  const latest = Date.now() + LONGEST_WAIT_MS;
  while (Date.now() < latest) {
    if ((await sandbox.invocations.get(id)).endedAt !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * The id of the fault that the story added last in each sandbox. The fault stays visible until the next is
 * added.
 */
const throttling = new WeakMap<SandboxClient, string>();

/**
 * Throttles the payments twice. Removes only the story's previous fault, because other faults belong to
 * visitors.
 */
async function throttle(sandbox: SandboxClient): Promise<void> {
  const last = throttling.get(sandbox);
  if (last !== undefined) {
    await sandbox.faults.remove(last).catch((error) => {
      // A visitor removed it.
      if (!(error instanceof ControlError && error.problem.status === 404)) throw error;
    });
  }
  const { id } = await sandbox.faults.add({
    match: { operation: "put", service: "payments" },
    effect: { type: "error", code: "Throttling" },
    times: 2,
  });
  throttling.set(sandbox, id);
}

/** Sends a request for a config of FC 2.0. Returns the response's status. */
async function send(sandbox: SandboxClient, method: string, config: string, items?: object): Promise<number> {
  const response = await fetch(`${sandbox.endpoint}/2016-08-15/services/${config}/async-invoke-config`, {
    method,
    headers: items ? { "Content-Type": "application/json" } : {},
    body: items ? JSON.stringify(items) : null,
  });
  await response.arrayBuffer();
  return response.status;
}
