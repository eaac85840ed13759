import {
  description,
  flag,
  logConfig,
  nasConfig,
  ossMountConfig,
  role,
  tracingConfig,
  vpcConfig,
} from "../itemSchemas.ts";

/** The items of a service (FC 2.0). Source: CreateService (2021-04-06). */
export const serviceItems = {
  description,
  internetAccess: flag,
  role,
  logConfig,
  vpcConfig,
  nasConfig,
  ossMountConfig,
  tracingConfig,
} as const;
