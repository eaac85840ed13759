import type * as z from "zod/mini";
import { deliveryFilterSchema } from "../journal/delivery.ts";
import { journalEntrySchema } from "../journal/entry.ts";
import { shownClockSchema } from "../state/clock.ts";
import { declaredSchema } from "../state/declared.ts";
import { shownFaultSchema } from "../state/faults.ts";
import {
  invocationDetailsSchema,
  invocationFilterSchema,
  invocationOwnerSchema,
  invocationRecordSchema,
  recordQuerySchema,
} from "../state/invocations.ts";
import { shownScriptSchema } from "../state/outcomes.ts";
import { registeredSandboxSchema, sandboxesQuerySchema } from "../state/registry.ts";
import { snapshotSchema } from "../state/snapshot.ts";
import type { controlOperations, OperationId, Parsed, Schema } from "./operations.ts";
import {
  pactStateSchema,
  pactStatesSchema,
  providerStateQuerySchema,
  stateValuesSchema,
} from "./pactStates.ts";
import {
  auditQuerySchema,
  functionsQuerySchema,
  MAX_EXPORTED,
  requestsQuerySchema,
  snapshotQuerySchema,
} from "./requestBodies.ts";
import {
  accessSchema,
  advancedClockSchema,
  auditSchema,
  countSchema,
  createdInvitationSchema,
  createdLinkSchema,
  credentialsSchema,
  deliveriesSchema,
  deliveryVerificationSchema,
  deploymentSchema,
  exportedRequestsSchema,
  faultsSchema,
  healthSchema,
  invitationsSchema,
  invocationsSchema,
  outcomesSchema,
  sandboxesSchema,
  settingsResponseSchema,
  summarySchema,
  verificationSchema,
} from "./responseBodies.ts";

// The Worker does not need these texts. They are not in `operations.ts`, so that the Worker's bundle omits
// them.

/** The description of an operation of the control plane, for the OpenAPI document. */
export interface Description {
  readonly summary: string;
  readonly text?: string;
  /** The items of the query, without a list's `limit` and `nextToken`. */
  readonly query?: z.ZodMiniObject;
  /** Whether the query also has `limit` and `nextToken`. */
  readonly isList?: boolean;
  /** The greatest `limit` of a list; by default that of the API's lists. */
  readonly mostListed?: number;
  /** The JSON of the response. */
  readonly response?: Schema;
  /** What each line of JSON is, where the response may also be lines. */
  readonly lines?: string;
  /**
   * The statuses of the operation's problems, without those that operations share: 429, in a sandbox 401, 403 and 404, and
   * of the operator's operations 401, 403 and 503.
   */
  readonly problems?: readonly number[];
}

const EXPORTED_AUDIT = "With `format=ndjson` all of them, a line of JSON for each.";
const AUDIT_LINES = "A change on each line, as in `entries`.";

/** The descriptions of all operations of the control plane. */
export const descriptions = {
  getHealth: {
    summary: "Whether the server works, and what it offers",
    text: "Also in a browser, and where `default` is off. 503 says which of the variables is wrong, and what it must be.",
    response: healthSchema,
    problems: [429, 503],
  },
  createSandbox: {
    summary: "Create a sandbox",
    text: "Costs nothing until the sandbox is used. Keep its control token: it is not shown to anyone without it. Where `CREATION` is `invited`, this needs an invitation's key or the operator's token. A key's quota of sandboxes may be used up: 409.",
    response: accessSchema,
    problems: [400, 401, 403, 409, 413, 429, 503],
  },
  listSandboxes: {
    summary: "List the sandboxes that were used",
    text: "For the operator. A page reads a bounded number of rows, so it may have fewer sandboxes than `limit`, or none: `nextToken` says that there may be more.",
    query: sandboxesQuerySchema,
    isList: true,
    response: sandboxesSchema,
    problems: [400],
  },
  getRegisteredSandbox: {
    summary: "What a sandbox uses, as of now",
    text: "For the operator. Asks all functions of the sandbox.",
    response: registeredSandboxSchema,
    problems: [404],
  },
  deleteSandbox: {
    summary: "Delete a sandbox",
    text: "For the operator, and for the sandbox's control token. All that the sandbox has is erased at once. An id that the operator deletes is refused from then on; an owner may use theirs again, for an empty sandbox.",
    problems: [404],
  },
  createLink: {
    summary: "Get a link to a sandbox's page",
    text: "For the operator: to watch a sandbox, or to give control to an owner who has lost the link. With `rotate`, former links of the role end.",
    response: createdLinkSchema,
    problems: [400, 404, 409, 413],
  },
  restoreSandbox: {
    summary: "Restore a sandbox to a time",
    text: "For the operator. Only Cloudflare keeps the history that this needs, of the past 30 days: elsewhere it is 501.",
    problems: [400, 404, 409, 413, 501],
  },
  listInvitations: {
    summary: "List the invitations",
    text: "For the operator. The latest first, expired and revoked ones too.",
    response: invitationsSchema,
  },
  createInvitation: {
    summary: "Invite a team to create sandboxes",
    text: "For the operator. Whoever has the key creates sandboxes by it, also where `CREATION` is `invited`. The key is shown only now, and is not stored.",
    response: createdInvitationSchema,
    problems: [400, 409, 413],
  },
  revokeInvitation: {
    summary: "Revoke an invitation",
    text: "For the operator. Nobody creates sandboxes by it any more; those that there are stay.",
    problems: [404],
  },
  getDeployment: {
    summary: "What all sandboxes use, and how the server is",
    text: "For the operator.",
    response: deploymentSchema,
  },
  listDeploymentAudit: {
    summary: "What the operator has changed",
    text: `For the operator. The latest 1,000 changes, the latest first. ${EXPORTED_AUDIT}`,
    query: auditQuerySchema,
    isList: true,
    response: auditSchema,
    lines: AUDIT_LINES,
    problems: [400],
  },
  rotateCredentials: {
    summary: "Replace credentials",
    text: "The former ones are refused when this is answered. The response has the new ones. Without a body, all three are replaced.",
    response: credentialsSchema,
    problems: [400, 413, 503],
  },
  listAudit: {
    summary: "What the control plane has changed",
    text: `For whoever has a token. The latest 1,000 changes, the latest first: what was asked for, as what, when, and what was answered. A reset keeps them. ${EXPORTED_AUDIT}`,
    query: auditQuerySchema,
    isList: true,
    response: auditSchema,
    lines: AUDIT_LINES,
    problems: [400],
  },
  getSandbox: {
    summary: "What the sandbox holds",
    text: "The access key and the tokens only for who has the control token, and the watch token for who has that. `role` says as what the request came, and `throttled` why requests of the API are refused at present.",
    response: summarySchema,
  },
  getMetrics: {
    summary: "The sandbox's figures, for Prometheus",
  },
  changeSettings: {
    summary: "Change settings",
    response: settingsResponseSchema,
    problems: [400, 413, 503],
  },
  resetSandbox: {
    summary: "Reset all, or some parts",
    problems: [400, 413, 503],
  },
  exportSnapshot: {
    summary: "Export the whole state",
    text: "With `invocations=true` also the invocations and the deliveries.",
    query: snapshotQuerySchema,
    response: snapshotSchema,
    problems: [400],
  },
  importSnapshot: {
    summary: "Replace the whole state",
    text: "All but the journal. A document that is wrong anywhere changes nothing.",
    problems: [400, 409, 413, 503],
  },
  listRequests: {
    summary: "The journal, newest first",
    text: `Of each request also what it changed of a config (\`changes\`), the \`effects\` of the faults that applied, and the code of the API's error (\`errorCode\`). With \`format=har\` an HTTP Archive 1.2, and with \`format=pact\` a Pact file (version 4) between \`consumer\` and \`provider\`: of up to ${MAX_EXPORTED} entries, and by default of as many.`,
    query: requestsQuerySchema,
    isList: true,
    mostListed: MAX_EXPORTED,
    response: exportedRequestsSchema,
    problems: [400],
  },
  getRequest: {
    summary: "An entry of the journal, by its request id",
    text: "The header `Link` of the API's responses has this address.",
    response: journalEntrySchema,
    problems: [404],
  },
  clearRequests: {
    summary: "Clear the journal",
    problems: [503],
  },
  countRequests: {
    summary: "Count requests",
    text: "409 when the journal does not have all requests that may match.",
    response: countSchema,
    problems: [400, 409, 413],
  },
  verifyRequests: {
    summary: "Verify that requests were made",
    text: "Without a number: at least one; `exactly` goes with no other. On failure `nearMisses` has the requests that come closest, and what differs. 409 when the journal does not have all requests that may match, and the answer depends on them: the detail says what is missing, and what to change.",
    response: verificationSchema,
    problems: [400, 409, 413],
  },
  listFaults: {
    summary: "The faults",
    response: faultsSchema,
  },
  addFault: {
    summary: "Add a fault",
    response: shownFaultSchema,
    problems: [400, 409, 413, 503],
  },
  clearFaults: {
    summary: "Remove all faults",
    problems: [503],
  },
  replaceFault: {
    summary: "Replace a fault, or disable it",
    text: "It keeps its id and its place. Its counts start again at 0, unless at most `enabled` differs.",
    response: shownFaultSchema,
    problems: [400, 404, 413, 503],
  },
  removeFault: {
    summary: "Remove a fault",
    problems: [404, 503],
  },
  listOutcomes: {
    summary: "What functions do",
    response: outcomesSchema,
  },
  addOutcomes: {
    summary: "Say what functions do",
    text: "A list of outcomes, used attempt by attempt; the last one repeats. The first list that matches and applies counts. 400 also when an outcome posts to a host that OUTBOUND_HOSTS does not allow.",
    response: shownScriptSchema,
    problems: [400, 409, 413, 503],
  },
  clearOutcomes: {
    summary: "Let all functions succeed again",
    problems: [503],
  },
  replaceOutcomes: {
    summary: "Replace a list of outcomes, or disable it",
    text: "It keeps its id and its place. Its counts start again at 0, unless at most `enabled` differs.",
    response: shownScriptSchema,
    problems: [400, 404, 409, 413, 503],
  },
  removeOutcomes: {
    summary: "Remove a list of outcomes",
    problems: [404, 503],
  },
  listInvocations: {
    summary: "Asynchronous invocations, newest first",
    query: invocationFilterSchema,
    isList: true,
    response: invocationsSchema,
    problems: [400],
  },
  clearInvocations: {
    summary: "Delete all invocations",
    text: "Those that have not ended, too: nothing comes of them.",
    problems: [503],
  },
  getInvocation: {
    summary: "An invocation, with its payloads",
    text: "409 when several functions have an invocation of this id: `service` and `function` say which is meant.",
    query: invocationOwnerSchema,
    response: invocationDetailsSchema,
    problems: [400, 404, 409],
  },
  getInvocationRecord: {
    summary: "The record that an invocation's destination gets",
    text: "Of an invocation that has ended, the record that was or will be sent. Of another, a preview: what would be sent if it ended now, by the `condition` or else with the failure of its latest attempt, or success. 409 as for reading the invocation.",
    query: recordQuerySchema,
    response: invocationRecordSchema,
    problems: [400, 404, 409],
  },
  stopInvocation: {
    summary: "Stop an invocation",
    text: "Any invocation, also one that is no task. One that has ended stays as it is.",
    query: invocationOwnerSchema,
    problems: [400, 404, 409],
  },
  listDeliveries: {
    summary: "The inbox, newest first",
    text: "What destinations got. Reading does not consume. Where messages are large, a page may have fewer deliveries than `limit`.",
    query: deliveryFilterSchema,
    isList: true,
    response: deliveriesSchema,
    problems: [400],
  },
  clearDeliveries: {
    summary: "Empty the inbox",
    problems: [503],
  },
  countDeliveries: {
    summary: "Count deliveries",
    text: "409 when the inbox does not have all deliveries that may match, or cut their messages.",
    response: countSchema,
    problems: [400, 409, 413],
  },
  verifyDeliveries: {
    summary: "Verify that deliveries were made",
    text: "As for requests: at least one without a number; `nearMisses` on failure; 409 when the inbox dropped or cut what the answer depends on.",
    response: deliveryVerificationSchema,
    problems: [400, 409, 413],
  },
  getClock: {
    summary: "What the API's timestamps show",
    response: shownClockSchema,
  },
  setClock: {
    summary: "Freeze, shift or release the clock",
    text: "To a later time, all that is due until then happens first.",
    response: advancedClockSchema,
    problems: [400, 413, 503],
  },
  advanceClock: {
    summary: "Advance a frozen or shifted clock",
    text: 'By seconds, `"to": "next"` to what is due next, or `"to": "idle"` until nothing is due. All that is due on the way happens before the response, in the order of its time.',
    response: advancedClockSchema,
    problems: [400, 409, 413, 503],
  },
  getDeclaredFunctions: {
    summary: "What exists: services, functions, versions and aliases",
    text: "Names alone; with `details=true` also their items, ids and times, as a snapshot has them.",
    query: functionsQuerySchema,
    response: declaredSchema,
    problems: [400],
  },
  declareFunctions: {
    summary: "Declare which functions exist",
    text: "They are what exists once the setting `functions` is `declared`. What is no longer declared loses its configs.",
    response: declaredSchema,
    problems: [400, 409, 413, 503],
  },
  changeProviderState: {
    summary: "Set up or tear down a provider state of Pact",
    text: "For Pact's verifier, which sends JSON, or a query whose other items are the parameters. The response has values for the generators of a contract. A teardown puts back what the setup replaced, and nothing else.",
    query: providerStateQuerySchema,
    response: stateValuesSchema,
    problems: [400, 409, 413, 503],
  },
  listPactStates: {
    summary: "The provider states of Pact",
    response: pactStatesSchema,
  },
  getPactState: {
    summary: "A provider state that was defined for this sandbox",
    response: pactStateSchema,
    problems: [404],
  },
  putPactState: {
    summary: "Define a provider state by a snapshot",
    text: "Without invocations and deliveries. 409 for the name of a built-in state, and when there are too many.",
    problems: [400, 409, 413],
  },
  removePactState: {
    summary: "Delete a provider state that was defined for this sandbox",
    problems: [404],
  },
  getCode: {
    summary: "Download a function's code",
    text: "The address is the `url` of GetFunctionCode, which is all that a client needs to know.",
    problems: [404, 429],
  },
  watchSandbox: {
    summary: "The live feed, a WebSocket",
    text: "Subprotocol `fc-sandbox`; a browser adds its token as a second one, `token.{control token}`.",
    problems: [400],
  },
} as const satisfies Readonly<Record<OperationId, Description>>;

/** The type of an operation's response: a document, or text; undefined where the response has no body. */
export type ResponseDocument<Id extends OperationId> = (typeof descriptions)[Id] extends {
  readonly response: infer S;
}
  ? Parsed<S>
  : (typeof controlOperations)[Id] extends { readonly responseType: string }
    ? string
    : undefined;
