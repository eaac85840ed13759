import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: a document that a validator has accepted.
export type Document = any;

/** An operation of a document, and where the document has it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly pointer: string;
  /** Its responses are resolved: `responsePointers` says where in the document they are. */
  readonly object: Document;
  readonly responsePointers: Readonly<Record<string, string>>;
}

export function operationsOf(document: Document): Operation[] {
  return Object.entries<Document>(document.paths).flatMap(([path, item]) =>
    Object.entries<Document>(item).map(([method, object]) => {
      const pointer = `/paths/${escaped(path)}/${method}`;
      const responses = Object.entries<Document>(object.responses).map(([status, response]) => {
        const { $ref: reference } = response;
        return {
          status,
          response: resolved(document, response),
          pointer: reference ? reference.slice(1) : `${pointer}/responses/${status}`,
        };
      });
      return {
        id: object.operationId,
        method: method.toUpperCase(),
        path,
        pointer,
        object: {
          ...object,
          responses: Object.fromEntries(responses.map(({ status, response }) => [status, response])),
        },
        responsePointers: Object.fromEntries(responses.map((one) => [one.status, one.pointer])),
      };
    }),
  );
}

/** What was sent, and what came. */
export interface Exchange {
  readonly body?: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  /** The response's body; empty is undefined. */
  readonly json: Document;
}

/** Holds real exchanges against a document. */
export class Contract {
  readonly #ajv: Ajv2020;
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats["default"](this.#ajv);
    this.#ajv.addSchema(document, "document");
  }

  /** Fails where an exchange is not as the document says; a request that succeeded must be valid, too. */
  check(
    { id, pointer, object, responsePointers }: Operation,
    { body, status, headers, json }: Exchange,
  ): void {
    const what = `${id} ${status}`;
    const declared = object.responses[status];
    expect(declared, `${what} is not in the document`).toBeDefined();
    for (const [name, header] of Object.entries<Document>(declared.headers ?? {})) {
      const value = headers.get(name);
      const { schema, required = false } = resolved(this.#document, header);
      if (required) expect(value, `${what} has no ${name}`).not.toBeNull();
      if (value === null) continue;
      const typed = /integer|number/.test(schema.type) ? Number(value) : value;
      expect(this.#ajv.validate(schema, typed), `${what}: ${name} is ${value}`).toBe(true);
    }
    const types = Object.keys(declared.content ?? {});
    if (types.length === 0) expect(json, what).toBeUndefined();
    else {
      const type = mediaTypeOf(headers);
      expect(types, what).toContain(type);
      this.#holds(`${responsePointers[status]}/content/${escaped(type)}/schema`, json, what);
    }
    if (status < 300 && body) {
      const [type = ""] = Object.keys(object.requestBody.content);
      const value = type === "application/json" ? JSON.parse(body) : body;
      this.#holds(`${pointer}/requestBody/content/${escaped(type)}/schema`, value, `${id} request`);
    }
  }

  #holds(pointer: string, value: unknown, what: string): void {
    const validate = this.#ajv.getSchema(`document#${encodeURI(pointer)}`);
    expect(validate, `${what}: no schema at ${pointer}`).toBeDefined();
    const isValid = validate?.(value);
    expect(isValid, `${what}: ${this.#ajv.errorsText(validate?.errors)} in ${JSON.stringify(value)}`).toBe(
      true,
    );
  }
}

/** The Content-Type of a response without its parameters; empty when it has none. */
export function mediaTypeOf(headers: Headers): string {
  return headers.get("Content-Type")?.split(";")[0] ?? "";
}

/** What a reference of a document refers to; anything else as it is. */
function resolved(document: Document, object: Document): Document {
  const { $ref: reference } = object ?? {};
  if (reference === undefined) return object;
  return reference
    .slice(2)
    .split("/")
    .reduce((within: Document, key: string) => within[key], document);
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
