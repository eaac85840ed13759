import { expect, test } from "vitest";
import { apiVersions } from "../../src/fc/versions.ts";
import { SERVER } from "../server.ts";
import { Contract, type Document, type Operation, operationsOf } from "./document.ts";
import { FUNCTION, filledSandbox } from "./resources.ts";

const whole: Document = await (await fetch(`${SERVER}/openapi.json`)).json();
const contract = new Contract(whole);
const operations = operationsOf(whole);

const creations = operations.filter(({ id }) => /^Create(?:Service|Function|Alias)_[\d-]+$/.test(id));
/** The names of what a filled sandbox has, in paths. */
const NAMES = { serviceName: "demo", functionName: "hello" };

const cases = creations.map((creation) => [creation.id, creation] as const);

/** A value that a schema of the document allows, with all items that objects may have. */
function exampleOf({ anyOf, type, ...schema }: Document): unknown {
  if (schema.$ref) return exampleOf(whole.components.schemas[schema.$ref.split("/").at(-1)]);
  if (anyOf && !schema.properties) return exampleOf(anyOf[0]);
  if (schema.enum) return schema.enum[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case "object":
      // An alias gives a weight to the version 1.
      return schema.properties ? itemsOf(schema) : { "1": exampleOf(schema.additionalProperties) };
    case "array":
      return [exampleOf(schema.items)];
    case "boolean":
      return true;
    case "string":
      return "text";
    default:
      return schema.minimum;
  }
}

function itemsOf({ properties }: Document): Record<string, unknown> {
  const items = Object.entries<Document>(properties).map(([name, item]) => [name, exampleOf(item)]);
  return Object.fromEntries(items);
}

/** The body of a creation with every item that the document has for it. */
function wholeBody({ object }: Operation): Record<string, unknown> {
  const { $ref } = object.requestBody.content["application/json"].schema;
  const items = itemsOf(whole.components.schemas[$ref.split("/").at(-1)]);
  const { code } = FUNCTION;
  return { ...items, ...(items["code"] ? { code } : {}), ...(items["versionId"] ? { versionId: "1" } : {}) };
}

/** Sends a request in a sandbox of its version, and compares it and its response with the document. */
async function send(endpoint: string, operation: Operation, values: Record<string, string>, sent?: object) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  const body = sent && JSON.stringify(sent);
  const response = await fetch(endpoint + path, {
    method: operation.method,
    headers: { "Content-Type": "application/json" },
    body: body ?? null,
  });
  const { status, headers } = response;
  const json: Document = await response.json();
  contract.check(operation, { body, status, headers, json });
  return { status, json };
}

const hasServices = ({ object }: Operation) =>
  apiVersions.some((version) => version.id === object.tags[0] && version.hasServices);

test.each(cases)("%s takes and shows every item that the document has", async (id, creation) => {
  const { endpoint } = await filledSandbox(hasServices(creation));
  const body = wholeBody(creation);
  const { code: _, ...shown } = body;
  const created = await send(endpoint, creation, NAMES, body);
  expect(created.status, JSON.stringify(created.json)).toBe(200);
  expect(Object.keys(created.json)).toEqual(expect.arrayContaining(Object.keys(shown)));
  const [kind = "", version] = id.slice("Create".length).split("_");
  const named = { ...NAMES, [`${kind.toLowerCase()}Name`]: "text" };
  const lists = kind === "Alias" ? "ListAliases" : `List${kind}s`;
  for (const name of [`Get${kind}_${version}`, `${lists}_${version}`]) {
    const operation = operations.find((one) => one.id === name);
    if (operation === undefined) throw new Error(`the document has no ${name}`);
    expect((await send(endpoint, operation, named)).status, name).toBe(200);
  }
});

test.each(cases)("%s shows the defaults of the items that objects in a body lack", async (_, creation) => {
  const { endpoint } = await filledSandbox(hasServices(creation));
  const body = wholeBody(creation);
  const emptied = Object.entries(body).map(([name, item]) => {
    const isEmptied = name !== "code" && typeof item === "object" && !Array.isArray(item);
    return [name, isEmptied ? {} : item];
  });
  const { status } = await send(endpoint, creation, NAMES, Object.fromEntries(emptied));
  expect(status).toBe(200);
});

test.each(cases)("%s refuses a body without an item that the document requires", async (_, creation) => {
  const { endpoint } = await filledSandbox(hasServices(creation));
  const body = wholeBody(creation);
  const { $ref } = creation.object.requestBody.content["application/json"].schema;
  const { required } = whole.components.schemas[$ref.split("/").at(-1)];
  expect(required.length).toBeGreaterThan(0);
  for (const item of required) {
    const { status, json } = await send(endpoint, creation, NAMES, { ...body, [item]: undefined });
    expect([status, json.ErrorCode ?? json.Code], item).toEqual([400, "InvalidArgument"]);
  }
});
