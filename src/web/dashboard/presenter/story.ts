import { effect } from "@preact/signals";

import { type ApiCall, addressOf, failureOf, invocationCall, send } from "../api.ts";
import { asksFor, keyOf } from "../configs/configs.ts";
import { ApiRefusal } from "../elements/refusal.ts";
import { hasEnded, invocationId, type ShownInvocation } from "../invocations/invocations.ts";
import { clientOf } from "../requests/client.ts";
import { go } from "../route.ts";
import { control, requests, signingKey, summary } from "../sandbox.ts";
import { type Dictionary, text } from "../text/text.ts";
import { begin, restore } from "./stage.ts";

/** An act of the story: the key of its words, and what it does. */
export interface Act {
  readonly name: keyof Dictionary["presenter"]["acts"];
  play(scene: Scene): Promise<void>;
}

/** What an act has to do with its audience. */
export interface Scene {
  /** Aborted when the story is ended. */
  readonly signal: AbortSignal;
  /** Waits for some steps, so that the audience sees what there is; rejects when the story is ended. */
  pause(steps: number): Promise<void>;
  /** Adds a sentence to the act's caption. */
  say(sentence: string): void;
}

const CHARGE = { service: "orders", function: "charge", qualifier: "prod" };
/** How long the page waits for the PUT of an SDK before it sends the PUT itself, in milliseconds. */
const COLLEAGUE_MS = 4000;
/** More steps of the clock than any invocation of the story has. */
const MOST_STEPS = 30;

export const acts: readonly Act[] = [
  {
    name: "saved",
    async play({ pause }) {
      await begin();
      go("configs");
      await pause(1);
      const { region, accountId } = summary.value?.settings ?? {};
      const destination = `acs:mns:${region}:${accountId}:/queues/dead-letters/messages`;
      await put({
        maxAsyncRetryAttempts: 2,
        maxAsyncEventAgeInSeconds: 60,
        destinationConfig: { onFailure: { destination } },
      });
      go("configs", keyOf(CHARGE));
      await pause(0.5);
      reveal(".items");
    },
  },
  {
    name: "fails",
    async play(scene) {
      const id = await invoke(17, "error");
      go("invocations", invocationId({ ...CHARGE, id }));
      const { delivery } = await playToEnd(id, scene);
      await scene.pause(2);
      if (delivery === null) return;
      go("inbox", delivery.id);
      await scene.pause(0.5);
      reveal(".inbox-delivery pre");
    },
  },
  {
    name: "colleague",
    async play(scene) {
      const id = await invoke(18, "error, error, error, success");
      go("invocations", invocationId({ ...CHARGE, id }));
      for (let attempt = 1; attempt <= 2; attempt++) {
        await scene.pause(1);
        await control().clock.toNext();
        reveal();
      }
      await scene.pause(1);
      await colleague(scene);
      await scene.pause(2);
      await playToEnd(id, scene);
    },
  },
  {
    name: "throttled",
    async play({ pause }) {
      const times = 2;
      await control().faults.add({
        match: { operation: "PutAsyncInvokeConfig", service: CHARGE.service, function: CHARGE.function },
        effect: { type: "error", code: "Throttling" },
        times,
      });
      go("requests");
      for (let attempt = 0; attempt < times; attempt++) {
        await pause(1);
        await (await send(putCall({ maxAsyncRetryAttempts: 3 }), signingKey.value)).arrayBuffer();
      }
      await pause(1);
      await put({ maxAsyncRetryAttempts: 3 });
    },
  },
  {
    name: "restored",
    async play({ pause }) {
      go("control");
      await pause(1);
      await restore();
      await pause(1);
      go("overview");
    },
  },
];

function putCall(items: object): ApiCall {
  const { method, path } = addressOf("PutAsyncInvokeConfig", CHARGE);
  return { method, path: `${path}?qualifier=${CHARGE.qualifier}`, body: JSON.stringify(items) };
}

/** The response to a request that must succeed. */
async function answered(call: ApiCall): Promise<Response> {
  const response = await send(call, signingKey.value);
  if (response.ok) return response;
  const { status, code, message } = await failureOf(response);
  throw new ApiRefusal(`${status} ${code}: ${message}`);
}

async function put(items: object): Promise<void> {
  await (await answered(putCall(items))).arrayBuffer();
}

/** Invokes the function for an order. Returns the invocation's id. */
async function invoke(order: number, outcomes: string): Promise<string> {
  const event = JSON.stringify({ order, amount: 4200 });
  const response = await answered(invocationCall(CHARGE, { event, isAsync: true, outcomes }));
  return response.headers.get("X-Fc-Request-Id") ?? "";
}

/** Advances the clock event by event until the invocation has ended and its record is delivered. */
async function playToEnd(id: string, { pause }: Scene): Promise<ShownInvocation> {
  const { service, function: name } = CHARGE;
  for (let step = 0; ; step++) {
    await pause(1);
    const invocation = await control().invocations.get(id, { service, function: name });
    const isOver = hasEnded(invocation) && invocation.delivery?.status !== "Pending";
    if (isOver || step === MOST_STEPS) return invocation;
    await control().clock.toNext();
    reveal();
  }
}

/** What shows how an invocation goes: its timeline, or on a phone the list of what happened. */
const COURSE = ".timeline, .events .planned, .events li:last-child";

/** Scrolls the first of these that is drawn into view where the page scrolls, which is below the captions then. */
function reveal(places = COURSE): void {
  if (matchMedia("(min-width: 860px)").matches) return;
  const found = [...document.querySelectorAll(places)].find((place) => place.checkVisibility());
  found?.scrollIntoView({ block: "nearest" });
}

/** The header by which the page tells a program beside it that the colleague's turn has come. */
const CUE = "X-Story-Cue";

/** The colleague's PUT: by the SDK of a program that watches (`npm run demo`), or else by the page itself. */
async function colleague(scene: Scene): Promise<void> {
  const words = text().presenter;
  const seen = new Set(requests.value.map(({ requestId }) => requestId));
  const { method, path } = addressOf("GetAsyncInvokeConfig", CHARGE);
  const cue = await answered({
    method,
    path: `${path}?qualifier=${CHARGE.qualifier}`,
    headers: { [CUE]: "colleague" },
  });
  await cue.arrayBuffer();
  const client = await new Promise<string | undefined>((resolve, reject) => {
    const stop = effect(() => {
      const sent = requests.value.find(
        (entry) => !seen.has(entry.requestId) && asksFor(entry, "PutAsyncInvokeConfig"),
      );
      if (sent) end(() => resolve(clientOf(sent)));
    });
    const timer = setTimeout(() => end(() => resolve(undefined)), COLLEAGUE_MS);
    const onAbort = () => end(() => reject(scene.signal.reason));
    scene.signal.addEventListener("abort", onAbort);
    function end(settle: () => void) {
      clearTimeout(timer);
      scene.signal.removeEventListener("abort", onAbort);
      // The effect may be running: then it can't be stopped yet.
      queueMicrotask(() => stop());
      settle();
    }
    if (scene.signal.aborted) onAbort();
  });
  if (client === undefined) await put({ maxAsyncRetryAttempts: 4 });
  scene.say(client === undefined ? words.noColleague : words.putBy(client));
  reveal();
}
