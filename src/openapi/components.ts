import type { JsonObject, JsonValue } from "./schemas.ts";
import { reference } from "./schemas.ts";

/** Schemas by the names under which a document shall have them. */
type NamedSchemas = Readonly<Record<string, JsonObject>>;

/** Where an object is that has no name of its own: a name made of its place, and what has it. */
interface Place {
  readonly name: string;
  readonly isRequest: boolean;
  /** The generation of the API, by which names differ where the schemas do. */
  readonly generation: string;
}

/** A schema that stands for itself in the document, and what it is part of. */
export interface Root {
  readonly schema: JsonObject;
  /** The name of the root, where the objects in it are named after it: `JournalEntry` has `JournalEntryChange`. */
  readonly owner?: string;
  readonly isRequest?: boolean;
  readonly generation?: string;
}

/** Names of objects that are not named after the item that holds them: by the item, perhaps of a certain object. */
const ITEM_NAMES: Readonly<Record<string, string>> = {
  onSuccess: "Destination",
  onFailure: "Destination",
  preStop: "LifecycleHook",
  preFreeze: "LifecycleHook",
  initializer: "LifecycleHook",
  "nasConfig.mountPoint": "NasMountPoint",
  "ossMountConfig.mountPoint": "OssMountPoint",
  data: "FunctionWithTasks",
  event: "TaskEvent",
};

/** The same for objects that are named after what they are part of, with the name of that. */
const PART_NAMES: Readonly<Record<string, string>> = {
  "DeclaredServiceVersion.of": "DeclaredServiceState",
  "DeclaredFunctionVersion.of": "DeclaredFunctionState",
  "JournalEntry.changes": "ConfigChanges",
  "ConfigChanges.item": "ConfigChange",
  "Snapshot.outcome": "SnapshotOutcomeList",
  "SnapshotConfig.destinationConfig": "SnapshotDestinationConfig",
  "SnapshotDestinationConfig.onSuccess": "SnapshotDestination",
  "SnapshotDestinationConfig.onFailure": "SnapshotDestination",
};

/**
 * The names of all schemas of a document that are objects or alternatives, by the schema's text. `named` are names
 * that the document gives. All other names are made of the items that hold the objects, and of `roots`: with `Input`
 * where only requests have them, and with the generation of the API where the generations' differ. A group of roots keeps
 * the names of the groups before it. Throws an Error when two schemas would have the same name.
 */
export class SchemaNames {
  readonly #names = new Map<string, string>();

  constructor(named: NamedSchemas, ...groups: readonly (readonly Root[])[]) {
    for (const [name, schema] of Object.entries(named)) this.#add(textOf(schema), name);
    for (const roots of groups) this.#nameObjects(roots);
  }

  #nameObjects(roots: readonly Root[]): void {
    const places = new Map<string, Place[]>();
    for (const root of roots) {
      for (const { schema, name } of objectsIn(root.schema, root.owner, this.#names)) {
        const text = textOf(schema);
        if (this.#names.has(text)) continue;
        const { isRequest = false, generation = "" } = root;
        places.set(text, [...(places.get(text) ?? []), { name, isRequest, generation }]);
      }
    }
    const wanted = [...places].map(([text, its]) => ({ text, its, name: nameOf(its) }));
    for (const [name, same] of Map.groupBy(wanted, (one) => one.name)) {
      for (const { text, its } of same) {
        const generations = new Set(its.map(({ generation }) => generation));
        this.#add(text, same.length === 1 || generations.size > 1 ? name : `${name}_${its[0]?.generation}`);
      }
    }
  }

  #add(text: string, name: string): void {
    const taken = [...this.#names].find(([, other]) => other === name);
    if (taken && taken[0] !== text)
      throw new Error(`two schemas are called ${name}: ${taken[0]} and ${text}`);
    if (!this.#names.has(text)) this.#names.set(text, name);
  }

  /** A schema in which references stand for all schemas that have names. */
  referring(schema: JsonObject): JsonObject {
    const name = this.#names.get(textOf(schema));
    if (name === undefined) return this.content(schema);
    const { description, default: usual } = schema;
    return {
      ...reference("schemas", name),
      ...(description === undefined ? {} : { description }),
      ...(usual === undefined ? {} : { default: usual }),
    };
  }

  /** A schema of a component: itself, with references for the schemas in it. */
  content(schema: JsonObject): JsonObject {
    const its = mapParts(schema, (part) => this.referring(part));
    const propertyName = discriminatorOf(schema);
    if (propertyName === undefined) return its;
    const mapping = variantsOf(schema).map(([value, part]) => [value, this.referring(part)["$ref"]]);
    return { ...its, discriminator: { propertyName, mapping: Object.fromEntries(mapping) } };
  }

  /** The components of all named schemas that these schemas have in them. */
  components(schemas: readonly JsonObject[]): JsonObject {
    const found = new Map<string, JsonObject>();
    const collect = (schema: JsonObject): void => {
      const name = this.#names.get(textOf(schema));
      if (name !== undefined && found.has(name)) return;
      if (name !== undefined) found.set(name, this.content(schema));
      for (const [part] of partsOf(schema)) collect(part);
    };
    for (const schema of schemas) collect(schema);
    return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The name of a schema by its places: the shortest one, since alternatives are named after what they are part of. */
function nameOf(places: readonly Place[]): string {
  const [first = ""] = places.map(({ name }) => name).sort((a, b) => a.length - b.length);
  return places.every(({ isRequest }) => isRequest) && !first.endsWith("Input") ? `${first}Input` : first;
}

/** The text by which schemas are the same: without what only describes them. */
function textOf({ description: _, default: __, ...schema }: JsonObject): string {
  return JSON.stringify(schema);
}

/** A schema with the name that its place gives it. */
interface Found {
  readonly schema: JsonObject;
  readonly name: string;
}

/**
 * The objects and alternatives in a schema. With an owner, their names begin with the name of what they are part of.
 * `held` is the item that holds the schema, and `holder` the item that holds the object with that item.
 */
function* objectsIn(
  schema: JsonObject,
  owner: string | undefined,
  names: ReadonlyMap<string, string>,
  held = "",
  holder = "",
): Generator<Found> {
  const object = schema["properties"] === undefined ? holder : held;
  const variants = variantsOf(schema);
  for (const [part, item = held] of partsOf(schema)) {
    const value = variants.find(([, variant]) => variant === part)?.[0];
    const name =
      names.get(textOf(part)) ??
      (value !== undefined
        ? upperFirst(value) + (owner ?? upperFirst(held))
        : owner === undefined
          ? upperFirst(ITEM_NAMES[`${object}.${item}`] ?? ITEM_NAMES[item] ?? item)
          : (PART_NAMES[`${owner}.${item}`] ?? owner.replace(/Input$/, "") + upperFirst(item)));
    if (isNamed(part)) yield { schema: part, name };
    const inside = owner === undefined || !isNamed(part) ? owner : name;
    yield* objectsIn(part, inside, names, item, object);
  }
}

/** Whether a schema is to have a name: an object with items, or alternatives that an item tells apart. */
function isNamed({ type, properties, oneOf }: JsonObject): boolean {
  return (type === "object" && properties !== undefined) || oneOf !== undefined;
}

/** The alternatives that the item with a constant tells apart: its values, and the schemas. */
function variantsOf(schema: JsonObject): [value: string, variant: JsonObject][] {
  const alternatives = (schema["oneOf"] ?? []) as readonly JsonObject[];
  const item = discriminatorOf(schema) ?? "";
  return alternatives.map((variant) => [constantIn(variant, item) ?? "", variant]);
}

/** The item that has another constant in each of a schema's alternatives. */
function discriminatorOf({ oneOf }: JsonObject): string | undefined {
  const [first] = (oneOf ?? []) as readonly JsonObject[];
  return Object.keys(first?.["properties"] ?? {}).find(
    (item) => first && constantIn(first, item) !== undefined,
  );
}

function constantIn({ properties }: JsonObject, item: string): string | undefined {
  const { const: constant } = ((properties ?? {}) as Record<string, JsonObject>)[item] ?? {};
  return typeof constant === "string" ? constant : undefined;
}

/** The schemas directly in a schema, each with the item that holds it: of a list, the word for one element. */
function partsOf(schema: JsonObject): [part: JsonObject, item?: string][] {
  const parts: [JsonObject, string?][] = [];
  mapParts(schema, (part, item) => {
    parts.push(item === undefined ? [part] : [part, item]);
    return part;
  });
  return parts;
}

/** A schema with other schemas in it. */
function mapParts(schema: JsonObject, change: (part: JsonObject, item?: string) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, JsonValue | undefined] => {
      if (keyword === "properties") {
        const items = Object.entries(value as Record<string, JsonObject>);
        return [
          keyword,
          Object.fromEntries(items.map(([item, part]) => [item, change(part, one(item, part))])),
        ];
      }
      if (Array.isArray(value) && /^(?:any|one)Of$/.test(keyword)) {
        return [keyword, value.map((part: JsonObject) => change(part))];
      }
      const isSchema = /^(?:items|additionalProperties)$/.test(keyword) && typeof value === "object";
      return [keyword, isSchema ? change(value as JsonObject) : value];
    }),
  );
}

/** The word for one element, where the item is a list. */
function one(item: string, { type, anyOf }: JsonObject): string {
  const [first] = (anyOf ?? []) as readonly JsonObject[];
  if (![type, first?.["type"]].flat().includes("array")) return item;
  return item.replace(/ies$/, "y").replace(/(?<=ss|as)es$|(?<![s])s$/, "");
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
