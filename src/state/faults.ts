import * as z from "zod/mini";
import { type ApiError, errorCodes, invalid } from "../fc/errors.ts";
import type { FunctionName } from "../fc/names.ts";
import { type OperationWord, operationWords, shownWord } from "../fc/operations.ts";
import { VERSION_IDS } from "../fc/versions.ts";
import { ok, type Result } from "../lib/result.ts";
import { wholeNumber } from "../lib/schema.ts";

const MAX_DELAY_MS = 60_000;
/** Every function of the sandbox keeps a copy of every fault. */
const MAX_BODY_CHARACTERS = 16_384;
const MAX_HEADER_CHARACTERS = 4096;

/** Any JSON: it was read from JSON, so there is nothing to check; a recursive type is more than RPC can follow. */
type JsonValue = string | number | boolean | object | null;

const name = z.string().check(z.minLength(1), z.maxLength(128));
const after = z.optional(z.literal("apply", { error: '"apply"' }));
// Headers of the connection are the server's business; the last ones concern the whole origin, other sandboxes too.
const headerName = z.string().check(
  z.regex(
    /^(?!(connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade|alt-svc|clear-site-data|nel|report-to|reporting-endpoints|service-worker-allowed|set-cookie|strict-transport-security)$)[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/i,
    {
      error: "the name of a header that is not about the connection or the whole origin",
    },
  ),
);
const headerValue = z.string().check(z.regex(/^[\t\x20-\x7e]{0,1000}$/, { error: "a header's value" }));

/** What a fault does to a request; with `after: "apply"`, once the request has taken effect. */
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
    /** Any response at all; a body that is not a string is sent as JSON. */
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
      body: z.optional(
        z.custom<JsonValue>((value) => JSON.stringify(value).length <= MAX_BODY_CHARACTERS, {
          error: `at most ${MAX_BODY_CHARACTERS} characters of JSON`,
        }),
      ),
      after,
    }),
    /** The response comes later, by a time that varies evenly by the jitter. */
    z.strictObject({
      type: z.literal("delay"),
      milliseconds: wholeNumber(0, MAX_DELAY_MS),
      jitterMilliseconds: z.optional(wholeNumber(0, MAX_DELAY_MS)),
      after,
    }),
    /** The connection ends in the middle of the response's body. */
    z.strictObject({ type: z.literal("broken"), after }),
  ],
  { error: 'an effect of type "error", "response", "delay" or "broken"' },
);

const PROBABILITY_ALLOWED = { error: "a number from 0 to 1" };

/** A fault as it is added. */
export const faultSchema = z.strictObject({
  match: z.optional(
    z.strictObject({
      // Kept as the journal shows it, whichever of the operation's names came.
      operation: z.optional(
        z
          .enum(operationWords, { error: `one of ${operationWords.join(", ")}` })
          .check(z.overwrite(shownWord<OperationWord>)),
      ),
      version: z.optional(z.enum(VERSION_IDS, { error: `one of ${VERSION_IDS.join(", ")}` })),
      service: z.optional(name),
      function: z.optional(name),
      qualifier: z.optional(name),
    }),
  ),
  effect: effectSchema,
  /** How often it applies, at most. */
  times: z.optional(wholeNumber(1, 1_000_000)),
  /** How many matching requests pass before it applies. */
  skip: z.optional(wholeNumber(0, 1_000_000)),
  /** How likely it applies to a request that it may apply to. */
  probability: z.optional(z.number().check(z.gte(0, PROBABILITY_ALLOWED), z.lte(1, PROBABILITY_ALLOWED))),
});

export type Effect = z.infer<typeof effectSchema>;
export type GivenFault = z.infer<typeof faultSchema>;

/** A fault of a sandbox: as given, with its id, and to how many requests it matched and applied (`struck`) so far. */
export const shownFaultSchema = z.extend(faultSchema, { id: z.string(), matched: z.int(), struck: z.int() });

export type Fault = z.infer<typeof shownFaultSchema>;

/** Whether an effect produces a response, in place of the usual one: every effect but a delay does. */
export function responds(effect: Effect): effect is Exclude<Effect, { type: "delay" }> {
  return effect.type !== "delay";
}

/** What the fault of a request's header is called, where faults of its sandbox have ids. */
export const HEADER_FAULT = "header";

/** What a fault can be matched against. */
interface Matchable {
  readonly operation: string | null;
  readonly version: string;
  readonly service: string | null;
  readonly function: string | null;
  readonly qualifier: string | null;
}

/** Whether a fault matches a request. */
export function matches(fault: GivenFault, request: Matchable): boolean {
  return Object.entries(fault.match ?? {}).every(
    ([item, wanted]) => wanted === undefined || request[item as keyof Matchable] === wanted,
  );
}

/** Whether a fault may match requests for a function. */
export function concernsFunction({ match }: GivenFault, { service, function: name }: FunctionName): boolean {
  return (match?.service ?? service) === service && (match?.function ?? name) === name;
}

/** Counts a matching request, and decides whether the fault applies to it. `chance` is evenly from 0 to below 1. */
export function trigger(fault: Fault, chance: number): { readonly fault: Fault; readonly applies: boolean } {
  const matched = fault.matched + 1;
  const allowed = matched > (fault.skip ?? 0) && fault.struck < (fault.times ?? Number.POSITIVE_INFINITY);
  const applies = allowed && chance < (fault.probability ?? 1);
  return { fault: { ...fault, matched, struck: fault.struck + (applies ? 1 : 0) }, applies };
}

/**
 * The fault that a request asks for itself, by `X-Sandbox-Fault`: an error code, `delay=1500`, `status=503` or
 * `broken`, and `after=apply`, separated by `;`. InvalidArgument.
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
