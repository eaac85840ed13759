import * as z from "zod/mini";
import { harSchema } from "../documents/har.ts";
import { type Schema, schemaWithin } from "../documents/operations.ts";
import { pactSchema } from "../documents/pactFile.ts";
import {
  pactStateSchema,
  pactStatesSchema,
  providerStateSchema,
  stateValuesSchema,
} from "../documents/pactStates.ts";
import { PARTS } from "../documents/parts.ts";
import {
  creationSchema,
  linkSchema,
  resetSchema,
  restorationSchema,
  rotationSchema,
  verifyDeliveriesSchema,
  verifySchema,
} from "../documents/requestBodies.ts";
import {
  accessSchema,
  advancedClockSchema,
  advanceReportSchema,
  auditSchema,
  countSchema,
  createdInvitationSchema,
  createdLinkSchema,
  credentialsSchema,
  deliveriesSchema,
  deliveryVerificationSchema,
  deploymentSchema,
  faultsSchema,
  healthSchema,
  invitationsSchema,
  invocationsSchema,
  outcomesSchema,
  problemSchema,
  requestsSchema,
  sandboxesSchema,
  settingsResponseSchema,
  summarySchema,
  verificationSchema,
} from "../documents/responseBodies.ts";
import { errorCodes } from "../fc/errors.ts";
import { runtimes } from "../fc/functions/runtimes.ts";
import { conditions, statuses } from "../fc/invocations/invocation.ts";
import { outcomeSchema } from "../fc/invocations/outcome.ts";
import { operationWords } from "../fc/operations.ts";
import { VERSION_IDS } from "../fc/versions.ts";
import { deliveryFilterSchema, deliverySchema } from "../journal/delivery.ts";
import { journalEntrySchema } from "../journal/entry.ts";
import { filterSchema } from "../journal/filter.ts";
import { auditEntrySchema } from "../state/audit.ts";
import { advanceSchema, clockSchema, shownClockSchema } from "../state/clock.ts";
import { declaredSchema } from "../state/declared.ts";
import { faultItems, faultSchema, shownFaultSchema } from "../state/faults.ts";
import {
  invocationDetailsSchema,
  invocationRecordSchema,
  shownInvocationSchema,
} from "../state/invocations.ts";
import type { Limits } from "../state/limits.ts";
import { scriptSchema, shownScriptSchema } from "../state/outcomes.ts";
import {
  invitationSchema,
  registeredSandboxSchema,
  shownInvitationSchema,
  usageOfDaySchema,
} from "../state/registry.ts";
import { settingsSchema } from "../state/settings.ts";
import { snapshotSchema } from "../state/snapshot.ts";
import { type JsonObject, jsonSchema } from "./schemas.ts";

/**
 * The schemas to which the document gives names of its own: the bodies of the control plane, and what several of its
 * bodies have in common. `Input` is what requests give of what responses show.
 */
const schemas: Readonly<Record<string, Schema>> = {
  ErrorCode: z.enum(errorCodes),
  OperationName: z.enum(operationWords),
  ApiVersion: z.enum(VERSION_IDS),
  Runtime: z.enum(runtimes),
  InvocationStatus: z.enum(statuses),
  DeliveryCondition: z.enum(conditions),
  SandboxPart: z.enum(PARTS),
  Problem: problemSchema,
  Health: healthSchema,
  SandboxInput: creationSchema,
  SandboxAccess: accessSchema,
  Summary: summarySchema,
  AuditEntry: auditEntrySchema,
  Audit: auditSchema,
  Credentials: credentialsSchema,
  Rotation: rotationSchema,
  Restoration: restorationSchema,
  LinkInput: linkSchema,
  Link: createdLinkSchema,
  RegisteredSandbox: registeredSandboxSchema,
  RegisteredSandboxes: sandboxesSchema,
  Invitation: shownInvitationSchema,
  InvitationInput: invitationSchema,
  InvitationWithKey: createdInvitationSchema,
  InvitationList: invitationsSchema,
  UsageOfDay: usageOfDaySchema,
  Deployment: deploymentSchema,
  Settings: settingsResponseSchema,
  SettingsInput: (limits) => z.partial(settingsSchema(limits)),
  Reset: resetSchema,
  Snapshot: snapshotSchema,
  Count: countSchema,
  JournalEntry: journalEntrySchema,
  JournalEntries: requestsSchema,
  RequestFilter: filterSchema,
  RequestVerification: verificationSchema,
  RequestVerificationInput: verifySchema,
  Effect: faultItems.shape.effect,
  Fault: shownFaultSchema,
  FaultInput: faultSchema,
  Faults: faultsSchema,
  Outcome: outcomeSchema,
  OutcomeList: shownScriptSchema,
  OutcomeListInput: scriptSchema,
  OutcomeLists: outcomesSchema,
  Invocation: shownInvocationSchema,
  InvocationDetails: invocationDetailsSchema,
  InvocationRecord: invocationRecordSchema,
  Invocations: invocationsSchema,
  Delivery: deliverySchema,
  Deliveries: deliveriesSchema,
  DeliveryFilter: deliveryFilterSchema,
  DeliveryVerification: deliveryVerificationSchema,
  DeliveryVerificationInput: verifyDeliveriesSchema,
  Clock: shownClockSchema,
  ClockInput: clockSchema,
  AdvanceReport: advanceReportSchema,
  AdvancedClock: advancedClockSchema,
  Advance: advanceSchema,
  AdvanceBySeconds: advanceSchema.def.options[0],
  AdvanceTo: advanceSchema.def.options[1],
  Declared: declaredSchema,
  Har: harSchema,
  PactFile: pactSchema,
  ProviderStateInput: providerStateSchema,
  ProviderStateValues: stateValuesSchema,
  PactState: pactStateSchema,
  PactStates: pactStatesSchema,
};

/** The named schemas of the control plane in a deployment with these limits. */
export function controlSchemas(limits: Limits): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schemaWithin(limits, schema))]),
  );
}
