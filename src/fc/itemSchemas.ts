import * as z from "zod/mini";
import { wholeNumber } from "../lib/schema.ts";
import { bodySchema, decimal, withoutNulls } from "./bodyItems.ts";
import type { Items } from "./resources.ts";

// Schemas of the items that services and functions share, in both generations of the API. Sources: the
// vendor's OpenAPI metadata of 2021-04-06 and 2023-03-30.

export const MAX_DESCRIPTION = 256;

/** The schema of a text of at most so many characters. */
export function text(maxLength = 4096) {
  const error = `a string of at most ${maxLength} characters`;
  return z.string({ error }).check(z.maxLength(maxLength, { error }));
}

/** The schema of a name. `parseName` checks it, with the messages that a name in the path gets. */
export const nameSchema = z.string({ error: "a string" });

export const flag = z.boolean({ error: "true or false" });
export const anyInteger = wholeNumber(-2_147_483_648, 2_147_483_647);

/** The schema of an array of at most so many elements. */
export function list<S extends z.ZodMiniType>(element: S, maxLength = 100) {
  const error = `an array of at most ${maxLength} elements`;
  return z.array(element, { error }).check(z.maxLength(maxLength, { error }));
}

/** The schema of an object: its items may be absent or null, which mean the same. */
export function object<S extends Readonly<Record<string, z.ZodMiniType>>>(items: S) {
  const shape = Object.fromEntries(Object.entries(items).map(([name, item]) => [name, z.nullish(item)]));
  return z.object(shape, { error: "an object" });
}

export const texts = list(text());
export const textMap = z.record(z.string(), text(), { error: "an object of strings" });

/** The most bytes that a function's environment variables may have. Source: the reference's limits. */
const MAX_ENVIRONMENT_BYTES = 4096;

export const environmentVariables = textMap.check(
  z.refine(
    (variables) =>
      new TextEncoder().encode(Object.entries(variables).flat().join("")).length <= MAX_ENVIRONMENT_BYTES,
    { error: `an object of strings, of at most ${MAX_ENVIRONMENT_BYTES} bytes altogether` },
  ),
);

export const logConfig = object({
  project: text(63),
  logstore: text(63),
  enableRequestMetrics: flag,
  enableInstanceMetrics: flag,
  logBeginRule: text(),
});

export const vpcConfig = object({
  vpcId: text(50),
  vSwitchIds: list(text(), 10),
  securityGroupId: text(50),
  role: text(300),
});

export const nasConfig = object({
  userId: anyInteger,
  groupId: anyInteger,
  mountPoints: list(object({ serverAddr: text(128), mountDir: text(64), enableTLS: flag }), 5),
});

export const ossMountConfig = object({
  mountPoints: list(
    object({
      bucketName: text(64),
      bucketPath: text(128),
      endpoint: text(128),
      mountDir: text(64),
      readOnly: flag,
    }),
    5,
  ),
});

export const tracingConfig = object({ type: text(), params: textMap });

export const customDns = object({
  nameServers: texts,
  searches: texts,
  dnsOptions: list(object({ name: text(256), value: text(256) })),
});

export const healthCheck = object({
  httpGetUrl: text(),
  initialDelaySeconds: anyInteger,
  periodSeconds: anyInteger,
  timeoutSeconds: anyInteger,
  failureThreshold: anyInteger,
  successThreshold: anyInteger,
});

export const lifecycleHook = object({ handler: text(128), timeout: anyInteger });

export const layers = list(text());
export const role = text(300);
export const description = text(MAX_DESCRIPTION);

/** The schema of an integer in steps: from `min` to `max`, a multiple of `step`. */
export function steps(step: number, min: number, max: number) {
  const error = `a multiple of ${step} from ${min} to ${max}`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }), z.multipleOf(step, { error }));
}

const CPU_ALLOWED = "a multiple of 0.05 from 0.05 to 16";
const isStepOfCpu = (cpu: number) => Math.abs(cpu * 20 - Math.round(cpu * 20)) < 1e-6;

export const cpu = decimal(0.05, 16, CPU_ALLOWED).check(z.refine(isStepOfCpu, { error: CPU_ALLOWED }));
export const diskSize = z.literal([512, 10_240], { error: "512 or 10240" });
export const gpuMemorySize = steps(1024, 0, 98_304);
export const instanceConcurrency = wholeNumber(1, 200);
export const timeout = wholeNumber(1, 86_400);
export const port = wholeNumber(1, 65_535);

/** The body of a request that gives these items, without those that are null. */
export function itemsBody(items: Readonly<Record<string, z.ZodMiniType>>) {
  const shape = Object.fromEntries(Object.entries(items).map(([name, item]) => [name, z.nullish(item)]));
  const schema = z.object(shape, { error: "a JSON object" });
  return bodySchema(
    z.pipe(
      schema,
      z.transform((given): Items => withoutNulls(given) as Items),
    ),
  );
}
