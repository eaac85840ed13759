/** How long `reloadSoon` waits, in milliseconds. */
const RELOAD_AFTER_MS = 500;

/** Loads parts of what the page shows again, when it is told that they are stale. */
export class Reloading<Part extends string> {
  readonly #loads: Readonly<Record<Part, () => Promise<void>>>;
  readonly #covered: Partial<Record<Part, Part>>;
  readonly #onFailure: () => void;
  readonly #stale = new Set<Part>();
  readonly #awaited = new Set<Part>();
  #isReloading = false;

  /**
   * `covered` names for a part the one that has all of it. `onFailure` is called when a part could not be loaded, so that the
   * page may show old state.
   */
  constructor(
    loads: Readonly<Record<Part, () => Promise<void>>>,
    covered: Partial<Record<Part, Part>>,
    onFailure: () => void,
  ) {
    this.#loads = loads;
    this.#covered = covered;
    this.#onFailure = onFailure;
  }

  /** Reloads parts. Only one reload runs at a time. */
  reload(...parts: readonly Part[]): void {
    for (const part of parts) this.#stale.add(part);
    if (!this.#isReloading) void this.#loadStale();
  }

  /** Reloads a part after a while, so that many requests cause few reloads. */
  reloadSoon(part: Part): void {
    if (this.#awaited.has(part)) return;
    this.#awaited.add(part);
    setTimeout(() => {
      this.#awaited.delete(part);
      this.reload(part);
    }, RELOAD_AFTER_MS);
  }

  async #loadStale(): Promise<void> {
    this.#isReloading = true;
    while (this.#stale.size > 0) {
      const parts = [...this.#stale].filter((part) => {
        const by = this.#covered[part];
        return by === undefined || !this.#stale.has(by);
      });
      this.#stale.clear();
      try {
        await Promise.all(parts.map((part) => this.#loads[part]()));
      } catch {
        this.#onFailure();
      }
    }
    this.#isReloading = false;
  }
}
