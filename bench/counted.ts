/**
 * What each thing costs, in calls of objects, rows and bytes. test/hosting/registryCosts.worker.test.ts and
 * costs.worker.test.ts count all of it, and fail where it differs.
 */
export const counted = {
  /** A PUT to a function in use; a GET writes as much, later. */
  request: { calls: 1, rows: 1 },
  /** The first PUT of a function: it registers with its sandbox. */
  register: { sandboxCalls: 1, functionRows: 11, sandboxRows: 4 },
  /** Creating a sandbox by an invitation, with the tables of its object, and its first report. */
  create: { sandboxCalls: 1, sandboxRows: 39, registryCalls: 2, admitRows: 8, reportRows: 6 },
  /** A later report of a sandbox, on a day on which its shard has others already. Its alarm sends it. */
  report: { sandboxCalls: 1, sandboxRows: 2, registryCalls: 1, registryRows: 7 },
  /**
   * What a function reports to its sandbox: within a minute of other use of the sandbox, and later. Of its first 40
   * requests, it reports twice.
   */
  usage: { sandboxCalls: 1, functionRows: 1, sandboxRows: 2, sandboxRowsLater: 5, reportsOf40: 2 },
  /** A change by the control plane of a sandbox with five functions, of which one row is the audit's. */
  change: { sandboxCalls: 1, sandboxRows: 9, functionCalls: 5, functionRows: 5 },
  /** Rotating all credentials of such a sandbox. */
  rotation: { sandboxCalls: 1, sandboxRows: 13, functionCalls: 5, functionRows: 5 },
  /** The erasure of such a sandbox, by its alarm. */
  erasure: { sandboxCalls: 1, functionCalls: 5, registryCalls: 1, registryRows: 10 },
  /** A page of the list of sandboxes. Each shard reads so many rows at most. */
  page: { registryCalls: 16, rowsRead: 1003 },
  /** The page of the deployment: each shard tells its totals, from a row for each of 90 days; the first one, errors. */
  deployment: { registryCalls: 17, rowsRead: 92, errorRowsRead: 101 },
  /** What a shard tells the first one of its bytes, once a minute. */
  total: { registryCalls: 1, registryRows: 1 },
  /** An error that the first shard notes, and a change by the operator. */
  error: { registryCalls: 1, registryRows: 2 },
  operatorChange: { registryCalls: 1, registryRows: 1 },
  /** Bytes of a row of the registry, with its indexes, and of objects: that of a sandbox, and those of functions. */
  bytes: { registryRow: 374, sandbox: 53_248, functionOf40: 98_304, functionFull: 323_584 },
} as const;
