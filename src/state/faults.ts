import * as z from "zod/mini";
import { type ApiError, errorCodes, invalid } from "../fc/errors.ts";
import type { FunctionName } from "../fc/names.ts";
import { type OperationWord, operationWords, shownWord } from "../fc/operations.ts";
import { VERSION_IDS } from "../fc/versions.ts";
import { matchesPattern } from "../lib/pattern.ts";
import { ok, type Result } from "../lib/result.ts";
import { jsonUpTo, wholeNumber } from "../lib/schema.ts";
import { enabledSchema } from "./rules.ts";

const MAX_DELAY_MS = 60_000;
/** Every function of the sandbox stores a copy of every fault, so a fault must be small. */
const MAX_BODY_CHARACTERS = 16_384;
const MAX_HEADER_CHARACTERS = 4096;

const name = z.string().check(z.minLength(1), z.maxLength(128));
const after = z.optional(z.literal("apply", { error: '"apply"' }));
// The server sets the headers of the connection. The other refused headers affect the whole origin, so other
// sandboxes.
const headerName = z.string().check(
  z.regex(
    /^(?!(connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade|alt-svc|clear-site-data|nel|report-to|reporting-endpoints|service-worker-allowed|set-cookie|strict-transport-security)$)[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/i,
    {
      error: "the name of a header that is not about the connection or the whole origin",
    },
  ),
);
const headerValue = z.string().check(z.regex(/^[\t\x20-\x7e]{0,1000}$/, { error: "a header's value" }));

/** What a fault does to a request. With `after: "apply"`, the request takes effect first. */
const effectSchema = z.discriminatedUnion(
  "type",
  [
    /** An error of the API, in the shape of the caller's API version. */
    z.strictObject({
      type: z.literal("error"),
      code: z.enum(errorCodes, { error: `an error code of the API: ${errorCodes.join(", ")}` }),
      message: z.optional(z.string().check(z.maxLength(1000))),
      after,
    }),
    /** Any response. A body that is not a string is sent as JSON. */
    z.strictObject({
      type: z.literal("response"),
      status: wholeNumber(200, 599),
      headers: z.optional(
        z.record(headerName, headerValue).check(
          z.refine((headers) => JSON.stringify(headers).length <= MAX_HEADER_CHARACTERS, {
            error: `at most ${MAX_HEADER_CHARACTERS} characters of headers`,
          }),
        ),
      ),
      body: z.optional(jsonUpTo(MAX_BODY_CHARACTERS)),
      after,
    }),
    /**
     * Delays the response. The delay is uniformly distributed from `milliseconds` minus to plus the jitter.
     */
    z.strictObject({
      type: z.literal("delay"),
      milliseconds: wholeNumber(0, MAX_DELAY_MS),
      jitterMilliseconds: z.optional(wholeNumber(0, MAX_DELAY_MS)),
      after,
    }),
    /** Closes the connection in the middle of the response's body. */
    z.strictObject({ type: z.literal("broken"), after }),
  ],
  { error: 'an effect of type "error", "response", "delay" or "broken"' },
);

const PROBABILITY_ALLOWED = { error: "a number from 0 to 1" };

/** The items of a fault in a request; `soundFault` checks whether they go together. */
export const faultItems = z.strictObject({
  match: z.optional(
    z.strictObject({
      // Any name of an operation is accepted, and stored as the journal's name for the operation.
      operation: z.optional(
        z
          .enum(operationWords, { error: `one of ${operationWords.join(", ")}` })
          .check(z.overwrite(shownWord<OperationWord>)),
      ),
      version: z.optional(z.enum(VERSION_IDS, { error: `one of ${VERSION_IDS.join(", ")}` })),
      service: z.optional(name),
      function: z.optional(name),
      qualifier: z.optional(name),
      /** The destination of a delivery, which the fault then makes fail. `*` stands for any text. */
      destination: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    }),
  ),
  effect: effectSchema,
  /** How many requests the fault applies to, at most. */
  times: z.optional(wholeNumber(1, 1_000_000)),
  /** How many matching requests pass before the fault applies. */
  skip: z.optional(wholeNumber(0, 1_000_000)),
  /** The probability, from 0 to 1, that the fault applies to a matching request within `skip` and `times`. */
  probability: z.optional(z.number().check(z.gte(0, PROBABILITY_ALLOWED), z.lte(1, PROBABILITY_ALLOWED))),
  /** Whether the fault applies; a disabled fault matches nothing and counts nothing. */
  enabled: enabledSchema,
});

/**
 * The check of a fault's items. Only an error makes sense for a delivery; and a delivery is no request, so it has
 * no operation and no version.
 */
export const soundFault = z.refine<z.infer<typeof faultItems>>(
  ({ match, effect }) =>
    match?.destination === undefined ||
    (effect.type === "error" && effect.after === undefined && !match.operation && !match.version),
  {
    path: ["match", "destination"],
    error: "with an effect of type error, and without operation and version",
    when: ({ issues }) => issues.length === 0,
  },
);

/** The schema of a fault in a request. */
export const faultSchema = faultItems.check(soundFault);

export type Effect = z.infer<typeof effectSchema>;
export type GivenFault = z.infer<typeof faultSchema>;

/** A stored fault: with its id, and how many requests it matched and applied to (`struck`) so far. */
export const shownFaultSchema = z.extend(faultItems, { id: z.string(), matched: z.int(), struck: z.int() });

export type Fault = z.infer<typeof shownFaultSchema>;

/** Whether an effect replaces the usual response: every effect except a delay does. */
export function responds(effect: Effect): effect is Exclude<Effect, { type: "delay" }> {
  return effect.type !== "delay";
}

/**
 * An effect as it applies to one request: a delay with jitter becomes the delay that is drawn. `chance` is a random number
 * from 0 to below 1.
 */
export function drawDelay(effect: Effect, chance: number): Effect {
  if (effect.type !== "delay" || effect.jitterMilliseconds === undefined) return effect;
  const { jitterMilliseconds, ...delay } = effect;
  const milliseconds = Math.round(delay.milliseconds + jitterMilliseconds * (2 * chance - 1));
  return { ...delay, milliseconds: Math.max(0, milliseconds) };
}

/** The id of a fault that a request's own header asks for. */
export const HEADER_FAULT = "header";

/** The properties of a request that a fault can match. */
interface Matchable {
  readonly operation: string | null;
  readonly version: string;
  readonly service: string | null;
  readonly function: string | null;
  readonly qualifier: string | null;
}

/** Whether a fault matches a request. A fault with a destination is for deliveries. */
export function matches(fault: GivenFault, request: Matchable): boolean {
  if (fault.match?.destination !== undefined) return false;
  return Object.entries(fault.match ?? {}).every(
    ([item, wanted]) => wanted === undefined || request[item as keyof Matchable] === wanted,
  );
}

/** Whether a fault makes a delivery fail. The names are those of the function that was called. */
export function matchesDelivery(
  { match }: GivenFault,
  { service, function: name }: FunctionName,
  qualifier: string,
  destination: string,
): boolean {
  if (match?.destination === undefined || !matchesPattern(match.destination, destination)) return false;
  return (
    (match.service ?? service) === service &&
    (match.function ?? name) === name &&
    (match.qualifier ?? qualifier) === qualifier
  );
}

/** Whether a fault may match requests for a function. */
export function concernsFunction({ match }: GivenFault, { service, function: name }: FunctionName): boolean {
  return (match?.service ?? service) === service && (match?.function ?? name) === name;
}

/**
 * Counts a matching request and decides whether the fault applies to it; returns the fault with the new
 * counts. `chance` is a random number from 0 to below 1.
 */
export function trigger(fault: Fault, chance: number): { readonly fault: Fault; readonly applies: boolean } {
  const matched = fault.matched + 1;
  const allowed = matched > (fault.skip ?? 0) && fault.struck < (fault.times ?? Number.POSITIVE_INFINITY);
  const applies = allowed && chance < (fault.probability ?? 1);
  return { fault: { ...fault, matched, struck: fault.struck + (applies ? 1 : 0) }, applies };
}

/**
 * Parses the header `X-Sandbox-Fault`: an error code, `delay=1500` (milliseconds), `status=503` or `broken`,
 * and optionally `;after=apply`. Returns null without the header; InvalidArgument for any other text.
 */
export function parseFaultHeader(text: string | null): Result<Effect | null, ApiError> {
  if (text === null) return ok(null);
  const parts = text.split(";").map((part) => part.trim());
  const after = parts.includes("after=apply") ? { after: "apply" as const } : {};
  const [what = ""] = parts.filter((part) => part !== "after=apply");
  const [, key, value] = /^([^=]*)(?:=(.*))?$/s.exec(what) ?? [];
  const effect = effectSchema.safeParse({ ...headerEffect(key, value), ...after });
  if (effect.success && parts.length <= 1 + Object.keys(after).length) return ok(effect.data);
  return invalid(
    "X-Sandbox-Fault",
    `an error code of the API, delay=<milliseconds>, status=<code> or broken, and perhaps ";after=apply"`,
    text,
  );
}

function headerEffect(key: string | undefined, value: string | undefined): object {
  const number = /^[0-9]+$/.test(value ?? "") ? Number(value) : undefined;
  if (key === "delay") return { type: "delay", milliseconds: number };
  if (key === "status") return { type: "response", status: number };
  if (key === "broken" && value === undefined) return { type: "broken" };
  return value === undefined ? { type: "error", code: key } : {};
}

/**
 * The text of an effect, in the grammar of the header `X-Sandbox-Fault`. The grammar has no message of an error, no headers
 * and body of a response, and no jitter.
 */
export function faultHeaderOf(effect: Effect): string {
  const what = headerTextOf(effect);
  return effect.after === undefined ? what : `${what};after=${effect.after}`;
}

function headerTextOf(effect: Effect): string {
  switch (effect.type) {
    case "error":
      return effect.code;
    case "response":
      return `status=${effect.status}`;
    case "delay":
      return `delay=${effect.milliseconds}`;
    case "broken":
      return "broken";
  }
}
