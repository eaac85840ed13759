import * as z from "zod/mini";
import { deliveryFilterSchema } from "../journal/delivery.ts";
import { filterSchema } from "../journal/filter.ts";
import { advanceSchema, clockSchema } from "../state/clock.ts";
import { declaredSchema } from "../state/declared.ts";
import { faultSchema } from "../state/faults.ts";
import type { Limits } from "../state/limits.ts";
import { scriptSchema } from "../state/outcomes.ts";
import { invitationSchema } from "../state/registry.ts";
import { settingsSchema } from "../state/settings.ts";
import { importSchema } from "../state/snapshot.ts";
import { pactStateSchema, providerStateSchema } from "./pactStates.ts";
import {
  creationSchema,
  linkSchema,
  resetSchema,
  restorationSchema,
  rotationSchema,
  verifyDeliveriesSchema,
  verifySchema,
} from "./requestBodies.ts";

/** A schema, or a function that makes a schema from the deployment's limits. */
export type Schema = z.ZodMiniType | ((limits: Limits) => z.ZodMiniType);

/** An operation of the control plane. `descriptions.ts` has its response schema and its description. */
export interface ControlOperation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Relative to `/_sandbox`, with parameters in braces. */
  readonly path: string;
  /** The JSON of the request's body. */
  readonly request?: Schema;
  /** The name of the body's size limit; default `bodyBytes`. */
  readonly bodyLimit?: keyof Limits;
  /** The status on success: 101 opens a WebSocket, 204 has no body. */
  readonly status: 101 | 200 | 201 | 204;
  /** The Content-Type of a response that is not JSON. */
  readonly responseType?: string;
  /**
   * Who may use the operation, where that is not whoever may use the sandbox: everyone, or the operator of the deployment,
   * or the operator and the owner of the sandbox that the path names, or of those who may use the sandbox whoever has a
   * token.
   */
  readonly access?: "public" | "operator" | "operator or owner" | "token";
  /** Whether the operation changes nothing, though it is no GET. */
  readonly isRead?: boolean;
}

/** Whether an operation changes something. */
export function isChange({ method, isRead = false }: ControlOperation): boolean {
  return method !== "GET" && !isRead;
}

/** The pattern of an operation's path in a sandbox. */
export function patternOf(path: string): RegExp {
  return new RegExp(`^/_sandbox${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

/** All operations of the control plane. Its routes and its OpenAPI paths are derived from these rows. */
export const controlOperations = {
  getHealth: {
    method: "GET",
    path: "/health",
    status: 200,
    access: "public",
  },
  createSandbox: {
    method: "POST",
    path: "/sandboxes",
    request: creationSchema,
    bodyLimit: "snapshotBytes",
    status: 201,
    access: "public",
  },
  listSandboxes: {
    method: "GET",
    path: "/sandboxes",
    status: 200,
    access: "operator",
  },
  getRegisteredSandbox: {
    method: "GET",
    path: "/sandboxes/{id}",
    status: 200,
    access: "operator",
  },
  deleteSandbox: {
    method: "DELETE",
    path: "/sandboxes/{id}",
    status: 204,
    access: "operator or owner",
  },
  createLink: {
    method: "POST",
    path: "/sandboxes/{id}/links",
    request: linkSchema,
    status: 201,
    access: "operator",
  },
  restoreSandbox: {
    method: "POST",
    path: "/sandboxes/{id}/restore",
    request: restorationSchema,
    status: 204,
    access: "operator",
  },
  listInvitations: {
    method: "GET",
    path: "/invitations",
    status: 200,
    access: "operator",
  },
  createInvitation: {
    method: "POST",
    path: "/invitations",
    request: invitationSchema,
    status: 201,
    access: "operator",
  },
  revokeInvitation: {
    method: "DELETE",
    path: "/invitations/{id}",
    status: 204,
    access: "operator",
  },
  getDeployment: {
    method: "GET",
    path: "/deployment",
    status: 200,
    access: "operator",
  },
  listDeploymentAudit: {
    method: "GET",
    path: "/deployment/audit",
    status: 200,
    access: "operator",
  },
  getSandbox: {
    method: "GET",
    path: "",
    status: 200,
  },
  rotateCredentials: {
    method: "POST",
    path: "/credentials/rotate",
    request: rotationSchema,
    status: 200,
  },
  listAudit: {
    method: "GET",
    path: "/audit",
    status: 200,
    access: "token",
  },
  getMetrics: {
    method: "GET",
    path: "/metrics",
    status: 200,
    responseType: "text/plain; version=0.0.4; charset=utf-8",
  },
  changeSettings: {
    method: "PATCH",
    path: "/settings",
    request: (limits: Limits) => z.partial(settingsSchema(limits)),
    status: 200,
  },
  resetSandbox: {
    method: "POST",
    path: "/reset",
    request: resetSchema,
    status: 204,
  },
  exportSnapshot: {
    method: "GET",
    path: "/snapshot",
    status: 200,
  },
  importSnapshot: {
    method: "PUT",
    path: "/snapshot",
    request: importSchema,
    bodyLimit: "snapshotBytes",
    status: 204,
  },
  listRequests: {
    method: "GET",
    path: "/requests",
    status: 200,
  },
  getRequest: {
    method: "GET",
    path: "/requests/{id}",
    status: 200,
  },
  clearRequests: {
    method: "DELETE",
    path: "/requests",
    status: 204,
  },
  countRequests: {
    method: "POST",
    path: "/requests/count",
    request: filterSchema,
    status: 200,
    isRead: true,
  },
  verifyRequests: {
    method: "POST",
    path: "/requests/verify",
    request: verifySchema,
    status: 200,
    isRead: true,
  },
  listFaults: {
    method: "GET",
    path: "/faults",
    status: 200,
  },
  addFault: {
    method: "POST",
    path: "/faults",
    request: faultSchema,
    status: 201,
  },
  clearFaults: {
    method: "DELETE",
    path: "/faults",
    status: 204,
  },
  replaceFault: {
    method: "PUT",
    path: "/faults/{id}",
    request: faultSchema,
    status: 200,
  },
  removeFault: {
    method: "DELETE",
    path: "/faults/{id}",
    status: 204,
  },
  listOutcomes: {
    method: "GET",
    path: "/outcomes",
    status: 200,
  },
  addOutcomes: {
    method: "POST",
    path: "/outcomes",
    request: scriptSchema,
    status: 201,
  },
  clearOutcomes: {
    method: "DELETE",
    path: "/outcomes",
    status: 204,
  },
  replaceOutcomes: {
    method: "PUT",
    path: "/outcomes/{id}",
    request: scriptSchema,
    status: 200,
  },
  removeOutcomes: {
    method: "DELETE",
    path: "/outcomes/{id}",
    status: 204,
  },
  listInvocations: {
    method: "GET",
    path: "/invocations",
    status: 200,
  },
  clearInvocations: {
    method: "DELETE",
    path: "/invocations",
    status: 204,
  },
  getInvocation: {
    method: "GET",
    path: "/invocations/{id}",
    status: 200,
  },
  getInvocationRecord: {
    method: "GET",
    path: "/invocations/{id}/record",
    status: 200,
  },
  stopInvocation: {
    method: "POST",
    path: "/invocations/{id}/stop",
    status: 204,
  },
  listDeliveries: {
    method: "GET",
    path: "/deliveries",
    status: 200,
  },
  clearDeliveries: {
    method: "DELETE",
    path: "/deliveries",
    status: 204,
  },
  countDeliveries: {
    method: "POST",
    path: "/deliveries/count",
    request: deliveryFilterSchema,
    status: 200,
    isRead: true,
  },
  verifyDeliveries: {
    method: "POST",
    path: "/deliveries/verify",
    request: verifyDeliveriesSchema,
    status: 200,
    isRead: true,
  },
  getClock: {
    method: "GET",
    path: "/clock",
    status: 200,
  },
  setClock: {
    method: "PUT",
    path: "/clock",
    request: clockSchema,
    status: 200,
  },
  advanceClock: {
    method: "POST",
    path: "/clock/advance",
    request: advanceSchema,
    status: 200,
  },
  getDeclaredFunctions: {
    method: "GET",
    path: "/functions",
    status: 200,
  },
  declareFunctions: {
    method: "PUT",
    path: "/functions",
    request: declaredSchema,
    bodyLimit: "snapshotBytes",
    status: 200,
  },
  changeProviderState: {
    method: "POST",
    path: "/pact/provider-states",
    request: providerStateSchema,
    bodyLimit: "pactStateBytes",
    status: 200,
  },
  listPactStates: {
    method: "GET",
    path: "/pact/states",
    status: 200,
  },
  getPactState: {
    method: "GET",
    path: "/pact/states/{name}",
    status: 200,
  },
  putPactState: {
    method: "PUT",
    path: "/pact/states/{name}",
    request: pactStateSchema,
    bodyLimit: "pactStateBytes",
    status: 204,
  },
  removePactState: {
    method: "DELETE",
    path: "/pact/states/{name}",
    status: 204,
  },
  getCode: {
    method: "GET",
    path: "/code/{token}",
    status: 200,
    responseType: "application/zip",
    access: "public",
  },
  watchSandbox: {
    method: "GET",
    path: "/events",
    status: 101,
  },
} as const satisfies Readonly<Record<string, ControlOperation>>;

export type OperationId = keyof typeof controlOperations;

type Row<Id extends OperationId> = (typeof controlOperations)[Id];

/** The type of a schema's parsed value. */
export type Parsed<S> = S extends (limits: Limits) => infer Made ? z.output<Made> : z.output<S>;

/** The type of an operation's parsed body; undefined where the operation takes no body. */
export type RequestDocument<Id extends OperationId> =
  Row<Id> extends { readonly request: infer S } ? Parsed<S> : undefined;

/** Applies the deployment's limits to a schema that depends on them. */
export function schemaWithin(limits: Limits, schema: Schema): z.ZodMiniType {
  return typeof schema === "function" ? schema(limits) : schema;
}
