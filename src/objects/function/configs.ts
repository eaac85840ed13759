import type { ConfigChange, Configs } from "../../fc/asyncConfig/operand.ts";
import type { StoredAsyncConfig } from "../../fc/asyncConfig/schema.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { Journal, type JournalHost } from "../../journal/journal.ts";
import type { CountedRequest } from "../../journal/traffic.ts";
import type { Json } from "../../lib/json.ts";
import { migrate } from "../../lib/migrations.ts";

const migrations = [
  "CREATE TABLE configs (qualifier TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT, WITHOUT ROWID",
];

/** Under this key the number of the first journal entry after the latest checkpoint is stored. */
const CHECKPOINT = "settled";

/**
 * One function's configs and the journal of its requests. The configs are in memory: reading them is the most frequent
 * operation, and only this object writes them. So that a PUT writes one row, the journal entry of a request also holds the
 * change that the request made. The change moves to the config's own row before the entry is overwritten.
 */
export class ConfigStore implements Configs {
  readonly journal: Journal;
  readonly #storage: DurableObjectStorage;
  readonly #configs: Map<string, StoredAsyncConfig>;
  /** By qualifier, the number of the journal entry that holds the latest change; the lowest number first. */
  readonly #heldBy = new Map<string, number>();

  constructor(storage: DurableObjectStorage, journal: JournalHost) {
    migrate(storage, "configs", migrations);
    this.#storage = storage;
    const rows = storage.sql.exec<{ qualifier: string; config: string }>("SELECT * FROM configs").toArray();
    this.#configs = new Map(rows.map(({ qualifier, config }) => [qualifier, JSON.parse(config)]));
    const first = storage.kv.get<number>(CHECKPOINT) ?? 0;
    const overwriting = (upTo: number) => this.#keepChanges(upTo);
    this.journal = new Journal(storage, { ...journal, overwriting }, first);
    for (const { number, change } of this.journal.changesSince(first)) {
      this.#apply(JSON.parse(change));
      this.#hold(JSON.parse(change), number);
    }
  }

  get(qualifier: string): StoredAsyncConfig | undefined {
    return this.#configs.get(qualifier);
  }

  /** Up to `most` configs whose qualifier comes after this one, in the order of their bytes. */
  after(qualifier: string, most: number): StoredAsyncConfig[] {
    // Names are ASCII, so the order of their characters is that of their bytes.
    const later = [...this.#configs.keys()].filter((key) => key > qualifier).sort();
    return later.slice(0, most).flatMap((key) => this.#configs.get(key) ?? []);
  }

  get count(): number {
    return this.#configs.size;
  }

  /** Adds an entry to the journal of `size` entries, and makes the change of its request: one row for both. */
  record(
    entry: Json<JournalEntry>,
    counted: CountedRequest,
    size: number,
    { change, isRead }: { readonly change?: ConfigChange; readonly isRead: boolean },
  ): void {
    if (size === 0) {
      if (change) this.write(change);
      this.journal.add(entry, counted, size);
      return;
    }
    if (change) {
      this.#apply(change);
      this.#hold(change, this.journal.next);
    }
    this.journal.add(entry, counted, size, { change: change ? JSON.stringify(change) : null, isRead });
  }

  /** Makes a change whose request is not in the journal yet: in the config's own row. */
  write(change: ConfigChange): void {
    this.journal.flush();
    this.#apply(change);
    // An entry that holds an earlier change would undo this one when the object is loaded again.
    if (this.#heldBy.has(change.qualifier)) this.checkpoint();
    else this.#writeRow(change.qualifier);
  }

  /** Gives the journal this size. */
  resizeJournal(size: number): void {
    if (this.journal.fits(size)) return;
    this.#storage.transactionSync(() => {
      this.checkpoint();
      this.journal.resize(size);
    });
  }

  /** Replaces all configs by these. */
  replaceAll(configs: readonly StoredAsyncConfig[]): void {
    this.checkpoint();
    this.#storage.sql.exec("DELETE FROM configs");
    this.#configs.clear();
    for (const config of configs) {
      this.#configs.set(config.qualifier, config);
      this.#writeRow(config.qualifier);
    }
  }

  /** Deletes the configs of these qualifiers. */
  deleteAll(qualifiers: readonly string[]): void {
    const existing = qualifiers.filter((qualifier) => this.#configs.has(qualifier));
    if (existing.length === 0) return;
    this.checkpoint();
    for (const qualifier of existing) {
      this.#configs.delete(qualifier);
      this.#writeRow(qualifier);
    }
  }

  /** Writes to the configs' own rows what only journal entries hold, so that the entries may be deleted. */
  checkpoint(): void {
    if (this.#heldBy.size === 0) return;
    for (const qualifier of [...this.#heldBy.keys()]) this.#writeRow(qualifier);
    this.#storage.kv.put(CHECKPOINT, this.journal.next);
  }

  #apply({ qualifier, config }: ConfigChange): void {
    if (config) this.#configs.set(qualifier, config);
    else this.#configs.delete(qualifier);
  }

  /** Writes to the configs' own rows what only entries up to this number hold. */
  #keepChanges(upTo: number): void {
    for (const [qualifier, number] of this.#heldBy) {
      if (number > upTo) return;
      this.#writeRow(qualifier);
    }
  }

  #hold({ qualifier }: ConfigChange, number: number): void {
    this.#heldBy.delete(qualifier);
    this.#heldBy.set(qualifier, number);
  }

  /** Writes one row: the table has no index and no rowid to write besides. */
  #writeRow(qualifier: string): void {
    const config = this.#configs.get(qualifier);
    const { sql } = this.#storage;
    const { rowsWritten } = config
      ? sql.exec("INSERT OR REPLACE INTO configs VALUES (?, ?)", qualifier, JSON.stringify(config))
      : sql.exec("DELETE FROM configs WHERE qualifier = ?", qualifier);
    this.journal.countRows(rowsWritten);
    this.#heldBy.delete(qualifier);
  }
}
