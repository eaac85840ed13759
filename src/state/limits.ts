/** The limits of a deployment, each a variable of wrangler.toml. */
export interface Limits {
  readonly bodyBytes: number;
  readonly nameLength: number;
  readonly functions: number;
  readonly qualifiersPerFunction: number;
  readonly journalEntriesPerFunction: number;
  readonly journalBodyBytes: number;
  readonly faults: number;
  readonly snapshotBytes: number;
}
