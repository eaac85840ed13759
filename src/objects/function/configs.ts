import type { StoredConfig } from "../../fc/asyncConfig/schema.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { Journal } from "../../journal/journal.ts";
import type { CountedRequest } from "../../journal/traffic.ts";
import type { Json } from "../../lib/json.ts";
import { migrate } from "../../lib/migrations.ts";

const migrations = [
  "CREATE TABLE configs (qualifier TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT, WITHOUT ROWID",
];

/** Under which key the number of the first journal entry after the latest checkpoint is stored. */
const CHECKPOINT = "settled";

/** What a config became: null when it was deleted. */
interface Change {
  readonly qualifier: string;
  readonly config: StoredConfig | null;
}

/**
 * One function's configs and the journal of its requests. The configs are in memory, since reading them is the most
 * frequent thing of all and nobody but this object writes them. A change is kept by the journal entry of the request
 * that made it (or, when that one waits, of the next), so that a PUT writes one row, and goes to the config's own row when
 * that entry is about to go.
 */
export class ConfigStore {
  readonly journal: Journal;
  readonly #storage: DurableObjectStorage;
  readonly #configs: Map<string, StoredConfig>;
  /** By qualifier, the number of the journal entry that keeps the latest change; the oldest number first. */
  readonly #keptBy = new Map<string, number>();
  /** The change of this turn, until it is written. */
  #unwritten: Change | undefined;

  /** `source` tells the journal's entries from those of other objects. */
  constructor(storage: DurableObjectStorage, source: string) {
    migrate(storage, "configs", migrations);
    this.#storage = storage;
    const rows = storage.sql.exec<{ qualifier: string; config: string }>("SELECT * FROM configs").toArray();
    this.#configs = new Map(rows.map(({ qualifier, config }) => [qualifier, JSON.parse(config)]));
    const first = storage.kv.get<number>(CHECKPOINT) ?? 0;
    this.journal = new Journal(storage, source, first);
    for (const { number, kept } of this.journal.keptSince(first)) {
      this.#hold(JSON.parse(kept));
      this.#keep(JSON.parse(kept), number);
    }
  }

  get(qualifier: string): StoredConfig | undefined {
    return this.#configs.get(qualifier);
  }

  /** Up to `most` configs whose qualifier comes after this one, in the order of their bytes. */
  after(qualifier: string, most: number): StoredConfig[] {
    // Names are ASCII, so the order of their characters is that of their bytes.
    const later = [...this.#configs.keys()].filter((key) => key > qualifier).sort();
    return later.slice(0, most).flatMap((key) => this.#configs.get(key) ?? []);
  }

  get count(): number {
    return this.#configs.size;
  }

  save(config: StoredConfig): void {
    this.#change({ qualifier: config.qualifier, config });
  }

  /** Whether there was one to delete. */
  delete(qualifier: string): boolean {
    const known = this.#configs.has(qualifier);
    if (known) this.#change({ qualifier, config: null });
    return known;
  }

  /** Makes the journal one of this size, where it is not. */
  resizeJournal(size: number): void {
    if (this.journal.fits(size)) return;
    this.#storage.transactionSync(() => {
      this.checkpoint();
      this.journal.resize(size);
    });
  }

  /** Adds an entry to the journal of this size; it keeps the change that its request has just made. */
  record(entry: Json<JournalEntry>, counted: CountedRequest, size: number): void {
    if (size === 0) {
      this.journal.add(entry, counted, size);
      return;
    }
    const { next } = this.journal;
    const [oldest] = this.#keptBy;
    if (oldest && oldest[1] <= next - size) this.#writeRow(oldest[0]);
    const change = this.#unwritten;
    this.#unwritten = undefined;
    this.journal.add(entry, counted, size, change ? JSON.stringify(change) : null);
    if (change) this.#keep(change, next);
  }

  /** Has these configs and no others. */
  replaceAll(configs: readonly StoredConfig[]): void {
    this.checkpoint();
    this.#storage.sql.exec("DELETE FROM configs");
    this.#configs.clear();
    for (const config of configs) {
      this.#configs.set(config.qualifier, config);
      this.#writeRow(config.qualifier);
    }
  }

  /** Has no config of these qualifiers. */
  deleteAll(qualifiers: readonly string[]): void {
    const known = qualifiers.filter((qualifier) => this.#configs.has(qualifier));
    if (known.length === 0) return;
    this.checkpoint();
    for (const qualifier of known) {
      this.#configs.delete(qualifier);
      this.#writeRow(qualifier);
    }
  }

  /** Writes to the configs' own rows what only the journal keeps: its entries may go then. */
  checkpoint(): void {
    this.#writeUnwritten();
    if (this.#keptBy.size === 0) return;
    for (const qualifier of [...this.#keptBy.keys()]) this.#writeRow(qualifier);
    this.#storage.kv.put(CHECKPOINT, this.journal.next);
  }

  #change(change: Change): void {
    this.#writeUnwritten();
    this.#hold(change);
    this.#unwritten = change;
    // When the request waits before it is recorded, or never is, the change has its own row by then.
    Promise.resolve().then(() => this.#writeUnwritten());
  }

  #hold({ qualifier, config }: Change): void {
    if (config) this.#configs.set(qualifier, config);
    else this.#configs.delete(qualifier);
  }

  #keep({ qualifier }: Change, number: number): void {
    this.#keptBy.delete(qualifier);
    this.#keptBy.set(qualifier, number);
  }

  #writeUnwritten(): void {
    const change = this.#unwritten;
    if (change === undefined) return;
    this.#unwritten = undefined;
    // An entry that keeps an earlier change would undo this one when it is read again.
    if (this.#keptBy.has(change.qualifier)) this.checkpoint();
    else this.#writeRow(change.qualifier);
  }

  /** Writes one row: the table has no index and no rowid to keep beside it. */
  #writeRow(qualifier: string): void {
    const config = this.#configs.get(qualifier);
    const { sql } = this.#storage;
    const { rowsWritten } = config
      ? sql.exec("INSERT OR REPLACE INTO configs VALUES (?, ?)", qualifier, JSON.stringify(config))
      : sql.exec("DELETE FROM configs WHERE qualifier = ?", qualifier);
    this.journal.countRows(rowsWritten);
    this.#keptBy.delete(qualifier);
  }
}
