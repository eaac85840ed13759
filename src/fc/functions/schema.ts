import * as z from "zod/mini";
import { wholeNumber } from "../../lib/schema.ts";
import { abbreviated } from "../errors.ts";
import {
  anyInteger,
  cpu,
  customDns,
  description,
  diskSize,
  environmentVariables,
  flag,
  gpuMemorySize,
  healthCheck,
  instanceConcurrency,
  layers,
  lifecycleHook,
  list,
  logConfig,
  nasConfig,
  object,
  ossMountConfig,
  port,
  role,
  steps,
  text,
  texts,
  timeout,
  tracingConfig,
  vpcConfig,
} from "../itemSchemas.ts";
import { runtimes } from "./runtimes.ts";

/** The error of an unknown runtime, by which the reader of the body knows it. */
export const UNKNOWN_RUNTIME = `one of ${runtimes.join(", ")}`;

const runtime = z.enum(runtimes, { error: UNKNOWN_RUNTIME });

/**
 * The API's message for an unknown runtime. Sources: the tests of the vendor's SDKs for Node.js (its
 * beginning) and Java (the form of such messages).
 */
export function unknownRuntime(came: unknown): string {
  const actual = abbreviated(String(came));
  return `Runtime is set to an invalid value (allowed: ${runtimes.join(" | ")}, actual: '${actual}')`;
}

const handler = text(128).check(z.minLength(1, { error: "a string of 1 to 128 characters" }));

const BUCKET_ALLOWED = "a bucket's name: 3 to 63 lower-case letters, digits or inner hyphens";

/** The code in a request. `zipFile` is base64. */
export const codeItems = {
  zipFile: z.string({ error: "a zip file in base64" }),
  ossBucketName: z
    .string({ error: BUCKET_ALLOWED })
    .check(z.regex(/^(?:[a-z0-9][a-z0-9-]{1,61}[a-z0-9])?$/, { error: BUCKET_ALLOWED })),
  ossObjectName: text(1024),
  checksum: text(32),
} as const;

/** What a function has in both generations of the API. */
const common = {
  description,
  runtime,
  handler,
  timeout,
  cpu,
  diskSize,
  environmentVariables,
  instanceConcurrency,
  layers,
  customDNS: customDns,
} as const;

/** The items of a function in FC 2.0, without its name and code. Source: CreateFunction (2021-04-06). */
export const fc2FunctionItems = {
  ...common,
  memorySize: steps(64, 64, 32_768),
  initializer: text(128),
  initializationTimeout: wholeNumber(1, 300),
  // 0 stands for none: Terraform sends it where no port is set.
  caPort: wholeNumber(0, 65_535),
  // 0 stands for none, and is what responses show.
  instanceSoftConcurrency: wholeNumber(0, 200),
  instanceType: z.enum(["e1", "c1", "g1", "fc.gpu.tesla.1", "fc.gpu.ampere.1"], {
    error: "e1, c1, g1, fc.gpu.tesla.1 or fc.gpu.ampere.1",
  }),
  gpuMemorySize,
  customRuntimeConfig: object({ command: texts, args: texts }),
  customContainerConfig: object({
    image: text(),
    command: text(),
    args: text(),
    accelerationType: text(),
    instanceID: text(),
    webServerMode: flag,
  }),
  customHealthCheckConfig: healthCheck,
  instanceLifecycleConfig: object({ preFreeze: lifecycleHook, preStop: lifecycleHook }),
} as const;

const container = object({
  image: text(),
  command: texts,
  entrypoint: texts,
  port,
  acrInstanceId: text(),
  accelerationType: text(),
  accelerationInfo: object({ status: text() }),
  resolvedImageUri: text(),
  healthCheckConfig: healthCheck,
});

/**
 * The items of a function in FC 3.0, without its name and code. Sources: CreateFunction (2023-03-30), and for
 * items that are newer than that metadata, the models of @alicloud/fc20230330.
 */
export const fc3FunctionItems = {
  ...common,
  memorySize: steps(64, 128, 32_768),
  role,
  internetAccess: flag,
  logConfig,
  vpcConfig,
  nasConfig,
  ossMountConfig,
  tracingConfig,
  gpuConfig: object({ gpuMemorySize, gpuType: text(128) }),
  customRuntimeConfig: object({ command: texts, args: texts, port, healthCheckConfig: healthCheck }),
  customContainerConfig: container,
  instanceLifecycleConfig: object({
    initializer: object({ handler: text(128), command: texts, timeout: anyInteger }),
    preStop: object({ handler: text(128), command: texts, timeout: anyInteger }),
  }),
  disableInjectCredentials: text(),
  disableOndemand: flag,
  enableLongLiving: flag,
  idleTimeout: anyInteger,
  instanceIsolationMode: text(),
  resourceGroupId: text(),
  sessionAffinity: text(),
  sessionAffinityConfig: text(),
  tags: list(object({ Key: text(), Value: text() })),
} as const;
