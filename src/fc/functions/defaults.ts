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

/** What responses show of a function's items that were never given: with services in FC 2.0, without in FC 3.0. */
export function functionDefaults(hasServices: boolean): typeof fc2Defaults | typeof fc3Defaults {
  return hasServices ? fc2Defaults : fc3Defaults;
}
