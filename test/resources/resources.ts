import { runInDurableObject, SELF } from "cloudflare:test";
import type { Declared } from "../../src/state/declared.ts";
import type { TestSandbox } from "../newSandbox.ts";
import { parentOf } from "../objects/objects.ts";
import { type Answer, errorOf, fromAnotherClient } from "../request.ts";

/** Bytes as base64. */
export const zipFileOf = (text: string) => btoa(text);

/** What a function must have besides its name. */
export const FUNCTION = {
  runtime: "nodejs20",
  handler: "index.handler",
  code: { zipFile: zipFileOf("the code") },
};

const FC2 = "/2021-04-06/services/demo";
const FC3 = "/2023-03-30";

/** Where a generation of the API has things: in FC 2.0 in the service `demo`, in FC 3.0 of the function `f`. */
export const generations = [
  {
    id: "FC 2.0",
    functions: `${FC2}/functions`,
    owner: FC2,
    ownerMissing: "ServiceNotFound",
    config: (qualifier: string, name = "f") =>
      `${FC2}/functions/${name}/async-invoke-config?qualifier=${qualifier}`,
    declared: (names: readonly string[], qualifiers: object = {}): Declared => ({
      services: [{ name: "demo", functions: [...names], ...qualifiers }],
    }),
  },
  {
    id: "FC 3.0",
    functions: `${FC3}/functions`,
    owner: `${FC3}/functions/f`,
    ownerMissing: "FunctionNotFound",
    config: (qualifier: string, name = "f") =>
      `${FC3}/functions/${name}/async-invoke-config?qualifier=${qualifier}`,
    declared: (names: readonly string[], qualifiers: object = {}): Declared => ({
      functions: names.map((name) => ({ name, ...(name === "f" ? qualifiers : {}) })),
    }),
  },
] as const;
export type Generation = (typeof generations)[number];

/** Sends a request that has to succeed. */
export async function must(
  sandbox: TestSandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await sandbox.send(method, path, body);
  if (answer.status >= 300) {
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return answer;
}

/** Sends a request: 200 or 204 when it succeeds, else the code of its error. */
export async function outcomeOf(
  sandbox: TestSandbox,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<number | string> {
  const answer = await sandbox.send(method, path, body, headers);
  return answer.status < 300 ? answer.status : errorOf(answer).code;
}

/** Makes functions of a generation, in FC 2.0 with their service. */
export async function makeFunctions(
  sandbox: TestSandbox,
  { id, functions }: Generation,
  ...names: string[]
): Promise<void> {
  if (id === "FC 2.0") await must(sandbox, "POST", "/2021-04-06/services", { serviceName: "demo" });
  for (const functionName of names) await must(sandbox, "POST", functions, { functionName, ...FUNCTION });
}

/** Makes the function `f` with version 1 and the alias prod, and then changes its timeout and its code. */
export async function makeVersioned(sandbox: TestSandbox, generation: Generation): Promise<void> {
  const { owner, functions } = generation;
  await makeFunctions(sandbox, generation, "f");
  await must(sandbox, "POST", `${owner}/versions`, { description: "release 1" });
  await must(sandbox, "POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
  const code = { zipFile: zipFileOf("the next code") };
  await must(sandbox, "PUT", `${functions}/f`, { timeout: 30, code });
}

/** All elements of a list, page by page. */
export async function listAll(
  sandbox: TestSandbox,
  path: string,
  list: "functions" | "versions",
  query: string,
): Promise<string[]> {
  const found: string[] = [];
  for (let token = ""; ; ) {
    const { body } = await must(sandbox, "GET", `${path}/${list}?${query}&nextToken=${token}`);
    for (const element of body[list]) found.push(element.functionName ?? element.versionId);
    if (!body.nextToken) return found;
    token = body.nextToken;
  }
}

/** The path of the code that a GetFunctionCode answers with. */
export async function codePath(sandbox: TestSandbox, path: string): Promise<string> {
  return new URL((await must(sandbox, "GET", path)).body.url).pathname;
}

/** The text of a stored code; what came in its place when there is none. */
export async function download(path: string): Promise<{ status: number; text: string }> {
  const response = await SELF.fetch(`http://sandbox${path}`, { headers: fromAnotherClient() });
  return { status: response.status, text: new TextDecoder().decode(await response.arrayBuffer()) };
}

/** How many codes a sandbox stores. */
export function storedCodes(sandbox: TestSandbox): Promise<number> {
  return runInDurableObject(
    parentOf(sandbox),
    (_, { storage }) => storage.sql.exec("SELECT key FROM code").toArray().length,
  );
}
