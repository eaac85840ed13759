/**
 * Lets requests that reach an object together share one commit. Requests that arrive before the next
 * event-loop turn resume together in it, and an object's writes in one turn are one commit.
 */
export class GroupCommit {
  #next: Promise<void> | undefined;

  /** Resolves in the next event-loop turn, for all callers together. */
  turn(): Promise<void> {
    this.#next ??= nextTurn().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}

/** Reading a body finishes in another turn, after some microseconds. A timer would take a millisecond. */
async function nextTurn(): Promise<void> {
  await new Response("body").text();
}
