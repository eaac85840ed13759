/**
 * Has requests that come to an object together share a commit: those that come before the next turn of the event loop go on
 * in that one, and what an object writes in one turn is one commit.
 */
export class GroupCommit {
  #next: Promise<void> | undefined;

  /** Fulfilled in the next turn, for all that asked for it. */
  turn(): Promise<void> {
    this.#next ??= nextTurn().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}

/** Reading a body ends in another turn, some microseconds later; a timer would take a millisecond. */
async function nextTurn(): Promise<void> {
  await new Response("body").text();
}
