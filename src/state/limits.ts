/** A deployment's limits: each limit's name, and its variable in wrangler.toml. */
export const LIMIT_VARIABLES = {
  bodyBytes: "MAX_BODY_BYTES",
  functionBodyBytes: "MAX_FUNCTION_BODY_BYTES",
  codeBytes: "MAX_CODE_BYTES",
  sandboxCodeBytes: "MAX_CODE_BYTES_PER_SANDBOX",
  sandboxBytes: "MAX_BYTES_PER_SANDBOX",
  nameLength: "MAX_NAME_LENGTH",
  services: "MAX_SERVICES_PER_SANDBOX",
  functions: "MAX_FUNCTIONS_PER_SANDBOX",
  qualifiersPerFunction: "MAX_QUALIFIERS_PER_FUNCTION",
  journalEntriesPerFunction: "MAX_JOURNAL_ENTRIES",
  journalBodyBytes: "MAX_JOURNAL_BODY_BYTES",
  faults: "MAX_FAULTS",
  outcomes: "MAX_OUTCOMES",
  eventBytes: "MAX_EVENT_BYTES",
  asyncEventBytes: "MAX_ASYNC_EVENT_BYTES",
  invocationsPerFunction: "MAX_INVOCATIONS",
  invocationBytesPerFunction: "MAX_INVOCATION_BYTES",
  eventsPerAdvance: "MAX_EVENTS_PER_ADVANCE",
  snapshotBytes: "MAX_SNAPSHOT_BYTES",
  pactStates: "MAX_PACT_STATES",
  pactStateBytes: "MAX_PACT_STATE_BYTES",
} as const;

export type LimitVariable = (typeof LIMIT_VARIABLES)[keyof typeof LIMIT_VARIABLES];

/** The value of each limit, a positive integer. */
export type Limits = { readonly [Limit in keyof typeof LIMIT_VARIABLES]: number };
