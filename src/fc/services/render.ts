import { rfc3339 } from "../../lib/time.ts";
import { withDefaults } from "../itemDefaults.ts";
import type { StoredService } from "../resources.ts";

/** What a response shows of items that were never given. Source: the vendor's SDKs and their tests. */
const defaults = {
  description: "",
  internetAccess: true,
  role: "",
  logConfig: {
    project: "",
    logstore: "",
    enableRequestMetrics: false,
    enableInstanceMetrics: false,
  },
  vpcConfig: { vpcId: "", vSwitchIds: [], securityGroupId: "", role: "" },
  nasConfig: { userId: -1, groupId: -1, mountPoints: [] },
  ossMountConfig: { mountPoints: [] },
  tracingConfig: { type: null, params: null },
} as const;

/** A service as responses show it. */
export function renderService(name: string, { id, items, createdTime, lastModifiedTime }: StoredService) {
  return {
    serviceName: name,
    serviceId: id,
    ...withDefaults(defaults, items),
    createdTime: rfc3339(createdTime),
    lastModifiedTime: rfc3339(lastModifiedTime),
  };
}
