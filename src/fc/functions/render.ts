import { rfc3339 } from "../../lib/time.ts";
import { withDefaults } from "../itemDefaults.ts";
import type { FunctionName } from "../names.ts";
import type { StoredFunction } from "../resources.ts";
import type { ApiVersion, Place } from "../versions.ts";

// What responses show of items that were never given. Sources: the reference's defaults, and what the
// vendor's SDKs and Terraform read.
const common = {
  description: "",
  timeout: 3,
  environmentVariables: {},
  instanceConcurrency: 1,
  diskSize: 512,
};

const fc2Defaults = {
  ...common,
  memorySize: 128,
  initializer: "",
  initializationTimeout: 3,
  instanceSoftConcurrency: 0,
  instanceType: "e1",
  gpuMemorySize: 0,
  caPort: null,
  layers: null,
  customDNS: null,
  customRuntimeConfig: null,
  customContainerConfig: null,
  customHealthCheckConfig: null,
  instanceLifecycleConfig: {
    preFreeze: { handler: "", timeout: 3 },
    preStop: { handler: "", timeout: 3 },
  },
};

const fc3Defaults = {
  ...common,
  memorySize: 512,
  role: "",
  internetAccess: true,
  logConfig: null,
  vpcConfig: { vpcId: "", vSwitchIds: [], securityGroupId: "" },
  nasConfig: { userId: -1, groupId: -1, mountPoints: [] },
  ossMountConfig: { mountPoints: [] },
  instanceLifecycleConfig: null,
};

/** A function as a version's responses show it. */
export function renderFunction(version: ApiVersion, name: FunctionName, place: Place, it: StoredFunction) {
  const defaults = version.hasServices ? fc2Defaults : fc3Defaults;
  const items = withDefaults(defaults, it.items);
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
