import { rfc3339 } from "../../lib/time.ts";
import { withDefaults } from "../itemDefaults.ts";
import type { FunctionName } from "../names.ts";
import type { StoredFunction } from "../resources.ts";
import type { ApiVersion, Place } from "../versions.ts";
import { functionDefaults } from "./defaults.ts";

/** A function as a version's responses show it. */
export function renderFunction(version: ApiVersion, name: FunctionName, place: Place, it: StoredFunction) {
  const items = withDefaults(functionDefaults(version.hasServices), it.items);
  const shown = {
    functionName: name.function,
    functionId: it.id,
    ...items,
    cpu: it.items["cpu"] ?? defaultCpu(Number(items["memorySize"])),
    codeSize: it.code.size,
    codeChecksum: it.code.checksum,
    createdTime: rfc3339(it.createdTime),
    lastModifiedTime: rfc3339(it.lastModifiedTime),
  };
  if (version.hasServices) return { ...shown, layersArnV2: it.items["layers"] ?? null };
  const layers = it.items["layers"] as readonly string[] | undefined;
  return {
    ...shown,
    functionArn: `acs:fc:${place.region}:${place.accountId}:functions/${name.function}`,
    ...(layers ? { layers: layers.map((arn) => ({ arn, size: 0 })) } : {}),
    state: "Active",
    lastUpdateStatus: "Successful",
  };
}

/** A function with the state of its image's acceleration, which only GetFunction (FC 2.0) shows. */
export function withAcceleration(shown: Record<string, unknown>): object {
  const { customContainerConfig: container } = shown;
  if (typeof container !== "object" || container === null) return shown;
  return { ...shown, customContainerConfig: { ...container, accelerationInfo: { status: "Ready" } } };
}

const CPU_STEP = 0.05;
const GB_PER_CPU = 4;

/** The least CPU that the reference allows for an amount of memory: 1 vCPU for 4 GB, in steps of 0.05. */
function defaultCpu(memoryMb: number): number {
  const steps = Math.ceil(memoryMb / 1024 / GB_PER_CPU / CPU_STEP - 1e-9);
  return Number((Math.max(1, steps) * CPU_STEP).toFixed(2));
}
