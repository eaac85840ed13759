import { byteLength } from "../../fc/bodyItems.ts";
import type { FunctionName } from "../../fc/names.ts";
import type {
  Direction,
  NamedResource,
  Owner,
  Range,
  ResourceChange,
  ResourceKind,
  Resources,
  ResourceWrite,
  StoredAlias,
  StoredFunction,
  StoredService,
  StoredVersion,
} from "../../fc/resources.ts";
import { findOwner, ownerOf } from "../../fc/resources.ts";
import { migrate } from "../../lib/migrations.ts";
import type { Existence } from "../../state/existence.ts";
import { CodeTable } from "./codeTable.ts";

const migrations = [
  `CREATE TABLE services (name TEXT PRIMARY KEY, resource TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE TABLE function_resources (
     service TEXT NOT NULL,
     name TEXT NOT NULL,
     code TEXT,
     resource TEXT NOT NULL,
     PRIMARY KEY (service, name)
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE versions (
     service TEXT NOT NULL,
     function TEXT NOT NULL,
     number INTEGER NOT NULL,
     code TEXT,
     resource TEXT NOT NULL,
     PRIMARY KEY (service, function, number)
   ) STRICT, WITHOUT ROWID`,
  // The functions of a service as a version of the service has them.
  `CREATE TABLE version_functions (
     service TEXT NOT NULL,
     number INTEGER NOT NULL,
     name TEXT NOT NULL,
     code TEXT,
     resource TEXT NOT NULL,
     PRIMARY KEY (service, number, name)
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE aliases (
     service TEXT NOT NULL,
     function TEXT NOT NULL,
     name TEXT NOT NULL,
     resource TEXT NOT NULL,
     PRIMARY KEY (service, function, name)
   ) STRICT, WITHOUT ROWID`,
];

type Row = { name: string; resource: string };

/** The tables of a sandbox's services, functions, versions and aliases. */
export class ResourceTables implements Resources {
  readonly code: CodeTable;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    migrate(storage, "resources", migrations);
    this.code = new CodeTable(storage);
    this.#sql = storage.sql;
  }

  service(name: string): StoredService | undefined {
    return this.#one("SELECT resource FROM services WHERE name = ?", name);
  }

  function({ service, function: name }: FunctionName): StoredFunction | undefined {
    return this.#one("SELECT resource FROM function_resources WHERE service = ? AND name = ?", service, name);
  }

  functionOfVersion(version: string, { service, function: name }: FunctionName): StoredFunction | undefined {
    return this.#one(
      "SELECT resource FROM version_functions WHERE service = ? AND number = ? AND name = ?",
      service,
      Number(version),
      name,
    );
  }

  version({ service, function: name }: Owner, id: string): StoredVersion | undefined {
    return this.#one(
      "SELECT resource FROM versions WHERE service = ? AND function = ? AND number = ?",
      service,
      name,
      Number(id),
    );
  }

  alias({ service, function: functionName }: Owner, name: string): StoredAlias | undefined {
    return this.#one(
      "SELECT resource FROM aliases WHERE service = ? AND function = ? AND name = ?",
      service,
      functionName,
      name,
    );
  }

  #one<T>(query: string, ...bindings: (string | number)[]): T | undefined {
    const [row] = this.#sql.exec<{ resource: string }>(query, ...bindings).toArray();
    return row && JSON.parse(row.resource);
  }

  services(range: Range): NamedResource<StoredService>[] {
    return this.#part("services", "1", [], range);
  }

  functions(service: string, version: string | undefined, range: Range): NamedResource<StoredFunction>[] {
    return version === undefined
      ? this.#part("function_resources", "service = ?", [service], range)
      : this.#part("version_functions", "service = ? AND number = ?", [service, Number(version)], range);
  }

  aliases({ service, function: name }: Owner, range: Range): NamedResource<StoredAlias>[] {
    return this.#part("aliases", "service = ? AND function = ?", [service, name], range);
  }

  /** A part of a table by name. SQLite compares text by its bytes. */
  #part<T>(
    table: string,
    where: string,
    bindings: readonly (string | number)[],
    { prefix, from, after, most }: Range,
  ): NamedResource<T>[] {
    const rows = this.#sql.exec<Row>(
      `SELECT name, resource FROM ${table}
       WHERE ${where} AND name >= ? AND name > ? AND substr(name, 1, ?) = ?
       ORDER BY name LIMIT ?`,
      ...bindings,
      from > prefix ? from : prefix,
      after ?? "",
      prefix.length,
      prefix,
      most,
    );
    return rows.toArray().map(named<T>);
  }

  versions(
    { service, function: name }: Owner,
    { from, after, most }: Range,
    direction: Direction,
  ): NamedResource<StoredVersion>[] {
    const [not, order] = direction === "FORWARD" ? [">", "ASC"] : ["<", "DESC"];
    const [first, last] =
      direction === "FORWARD" ? [0, 0] : [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    const rows = this.#sql.exec<Row>(
      `SELECT CAST(number AS TEXT) AS name, resource FROM versions
       WHERE service = ? AND function = ? AND number ${not}= ? AND number ${not} ?
       ORDER BY number ${order} LIMIT ?`,
      service,
      name,
      from === "" ? first : Number(from) || first,
      after === undefined ? last : Number(after),
      most,
    );
    return rows.toArray().map(named<StoredVersion>);
  }

  count(kind: ResourceKind): number {
    const table = kind === "functions" ? "function_resources" : kind;
    return this.#sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count;
  }

  countOf(kind: "versions" | "aliases", { service, function: name }: Owner): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT count(*) AS count FROM ${kind} WHERE service = ? AND function = ?`,
        service,
        name,
      )
      .one().count;
  }

  hasChanged(owner: Owner): boolean {
    const present = findOwner(owner, this);
    const latest = present && this.version(owner, String(present.lastVersion));
    if (present?.etag !== latest?.of.etag) return true;
    if (latest === undefined || !owner.service) return false;
    const states = (table: string, where: string, ...bindings: (string | number)[]) =>
      this.#sql
        .exec<{ state: string }>(
          `SELECT name || (resource ->> '$.etag') AS state FROM ${table} WHERE service = ? ${where} ORDER BY name`,
          owner.service,
          ...bindings,
        )
        .toArray()
        .map(({ state }) => state)
        .join();
    return (
      states("function_resources", "") !==
      states("version_functions", "AND number = ?", present?.lastVersion ?? 0)
    );
  }

  hasRoomForVersions(change: ResourceChange, maxBytes: number): boolean {
    const versions = change.filter((write) => write.kind === "version").filter(({ value }) => value !== null);
    if (versions.length === 0) return true;
    const ofServices = new Map<string, number>();
    const functionBytes = (service: string) => {
      const known = ofServices.get(service) ?? this.#functionBytes(service, change);
      ofServices.set(service, known);
      return known;
    };
    let bytes = this.#sql.databaseSize;
    for (const { owner, value, functions } of versions) {
      bytes += byteLength(value);
      if (functions) bytes += byteLength(functions);
      else if (owner.service !== "") bytes += functionBytes(owner.service);
    }
    return bytes <= maxBytes;
  }

  /** How large a service's functions are together: those that a change writes, or when it writes none, those that are stored. */
  #functionBytes(service: string, change: ResourceChange): number {
    const written = change.filter(
      (write) => write.kind === "function" && write.name.service === service && write.value !== null,
    );
    if (written.length > 0) return byteLength(written.map(({ value }) => value));
    return this.#sql
      .exec<{ bytes: number }>(
        "SELECT coalesce(sum(octet_length(resource)), 0) AS bytes FROM function_resources WHERE service = ?",
        service,
      )
      .one().bytes;
  }

  /** The writes of a change by which something begins or ceases to exist. */
  appearances(change: ResourceChange): ResourceWrite[] {
    return change.filter((write) => this.#isThere(write) !== (write.value !== null));
  }

  #isThere(write: ResourceWrite): boolean {
    if (write.kind === "service") return this.service(write.name) !== undefined;
    if (write.kind === "function") return this.function(write.name) !== undefined;
    if (write.kind === "version") return this.version(write.owner, write.name) !== undefined;
    return this.alias(write.owner, write.name) !== undefined;
  }

  /** Which of its service, versions and aliases a function has, and whether it is there itself. */
  existence(name: FunctionName): Existence {
    const owner = ownerOf(name);
    const names = (query: string) =>
      this.#sql
        .exec<{ name: string }>(query, owner.service, owner.function)
        .toArray()
        .map((row) => row.name);
    return {
      service: name.service === "" || this.service(name.service) !== undefined,
      function: this.function(name) !== undefined,
      versions: names(
        "SELECT CAST(number AS TEXT) AS name FROM versions WHERE service = ? AND function = ? ORDER BY number",
      ),
      aliases: names("SELECT name FROM aliases WHERE service = ? AND function = ? ORDER BY name"),
      aliasIds: names(
        "SELECT resource ->> '$.id' AS name FROM aliases WHERE service = ? AND function = ? ORDER BY aliases.name",
      ),
    };
  }

  /** Makes a change. Code is stored while all code has at most `maxCodeBytes` bytes together. */
  apply(change: ResourceChange, maxCodeBytes: number): void {
    for (const write of change) this.#write(write, maxCodeBytes);
  }

  #write(write: ResourceWrite, maxCodeBytes: number): void {
    const { kind, value } = write;
    const json = JSON.stringify(value);
    if (kind === "service") {
      if (value === null) this.#sql.exec("DELETE FROM services WHERE name = ?", write.name);
      else this.#sql.exec("INSERT OR REPLACE INTO services VALUES (?, ?)", write.name, json);
    } else if (kind === "function") {
      this.#writeFunction(write, maxCodeBytes);
    } else if (kind === "version") {
      this.#writeVersion(write);
    } else {
      const { service, function: name } = write.owner;
      if (value === null) {
        const where = "service = ? AND function = ? AND name = ?";
        this.#sql.exec(`DELETE FROM aliases WHERE ${where}`, service, name, write.name);
      } else {
        this.#sql.exec("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?)", service, name, write.name, json);
      }
    }
  }

  #writeFunction(
    { name: { service, function: name }, value, zipFile }: ResourceWrite & { readonly kind: "function" },
    maxCodeBytes: number,
  ): void {
    const before = this.function({ service, function: name })?.code.stored;
    if (value === null) {
      this.#sql.exec("DELETE FROM function_resources WHERE service = ? AND name = ?", service, name);
    } else {
      const code = value.code.stored ?? null;
      this.#sql.exec(
        "INSERT OR REPLACE INTO function_resources VALUES (?, ?, ?, ?)",
        service,
        name,
        code,
        JSON.stringify(value),
      );
    }
    // Code that nothing has any more makes room for its successor.
    if (before !== undefined && before !== value?.code.stored) this.code.deleteUnused(before);
    const code = value?.code.stored;
    if (code !== undefined && zipFile !== undefined) this.code.add(code, zipFile, maxCodeBytes);
  }

  #writeVersion({ owner, name: id, value, functions }: ResourceWrite & { readonly kind: "version" }): void {
    const number = Number(id);
    const before = this.#deleteVersion(owner, number);
    if (value !== null) this.#insertVersion(owner, number, value, functions);
    for (const code of before) this.code.deleteUnused(code);
  }

  /** Deletes the rows of a version, if it is there. Returns the keys of the code that it had. */
  #deleteVersion({ service, function: name }: Owner, number: number): string[] {
    const codes = this.#sql
      .exec<{ code: string }>(
        `SELECT code FROM versions WHERE service = ? AND function = ? AND number = ? AND code IS NOT NULL
         UNION SELECT code FROM version_functions WHERE ? = '' AND service = ? AND number = ? AND code IS NOT NULL`,
        service,
        name,
        number,
        name,
        service,
        number,
      )
      .toArray();
    this.#sql.exec(
      "DELETE FROM versions WHERE service = ? AND function = ? AND number = ?",
      service,
      name,
      number,
    );
    if (service) {
      this.#sql.exec("DELETE FROM version_functions WHERE service = ? AND number = ?", service, number);
    }
    return codes.map(({ code }) => code);
  }

  #insertVersion(
    { service, function: name }: Owner,
    number: number,
    value: StoredVersion,
    functions: readonly NamedResource<StoredFunction>[] | undefined,
  ): void {
    const code = "code" in value.of ? (value.of.code.stored ?? null) : null;
    const json = JSON.stringify(value);
    this.#sql.exec("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", service, name, number, code, json);
    if (!service) return;
    if (functions === undefined) {
      this.#sql.exec(
        `INSERT INTO version_functions
         SELECT service, ?, name, code, resource FROM function_resources WHERE service = ?`,
        number,
        service,
      );
      return;
    }
    for (const { name: functionName, value: its } of functions) {
      const insert = "INSERT INTO version_functions VALUES (?, ?, ?, ?, ?)";
      this.#sql.exec(insert, service, number, functionName, its.code.stored ?? null, JSON.stringify(its));
    }
  }
}

function named<T>({ name, resource }: Row): NamedResource<T> {
  return { name, value: JSON.parse(resource) };
}
