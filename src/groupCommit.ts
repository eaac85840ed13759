/**
 * Has requests that come to an object together share a commit: each waits for its turn before it writes, those that come
 * meanwhile have the same one, and what an object writes in one turn of the event loop is one commit. None waits for others
 * to come: with no commit under way its turn is next.
 */
export class GroupCommit {
  readonly #storage: DurableObjectStorage;
  #next: Promise<void> | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Fulfilled once all that was written before is on the disk; rejected when that fails. */
  turn(): Promise<void> {
    this.#next ??= this.#storage.sync().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}
