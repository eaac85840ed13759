import type { Declared } from "../../../src/state/declared.ts";
import type { TestSandbox } from "../../newSandbox.ts";
import type { Answer } from "../../request.ts";

/** A zip file in base64; only its bytes matter. */
export const zip = (content: string) => btoa(content);

/** What a function needs, and code of its own. */
export const functionBody = (functionName: string, content = functionName, items: object = {}) => ({
  functionName,
  runtime: "nodejs20",
  handler: "index.handler",
  code: { zipFile: zip(content) },
  ...items,
});

const BASES = { fc2: "/2021-04-06/services/demo", fc3: "/2023-03-30" } as const;

/** The generations of the API: where functions are, and what has versions and aliases. */
export const generations = [
  {
    generation: "FC 2.0",
    functions: `${BASES.fc2}/functions`,
    owner: BASES.fc2,
    missing: "ServiceNotFound",
    config: (name: string, qualifier = "LATEST") =>
      `${BASES.fc2}/functions/${name}/async-invoke-config?qualifier=${qualifier}`,
    shown: (functions: string[], qualifiers: object = {}): Declared => ({
      services: [{ name: "demo", functions, ...qualifiers }],
    }),
  },
  {
    generation: "FC 3.0",
    functions: `${BASES.fc3}/functions`,
    owner: `${BASES.fc3}/functions/f`,
    missing: "FunctionNotFound",
    config: (name: string, qualifier = "LATEST") =>
      `${BASES.fc3}/functions/${name}/async-invoke-config?qualifier=${qualifier}`,
    shown: (functions: string[], qualifiers: object = {}): Declared => ({
      functions: functions.map((name) => ({ name, ...(name === "f" ? qualifiers : {}) })),
    }),
  },
] as const;

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

/** Creates the service `demo` and functions in it (FC 2.0), or functions (FC 3.0). */
export async function create(
  sandbox: TestSandbox,
  { functions, owner }: (typeof generations)[number],
  ...names: string[]
): Promise<void> {
  if (owner.endsWith("/demo")) {
    await must(sandbox, "POST", "/2021-04-06/services", { serviceName: "demo" });
  }
  for (const name of names) await must(sandbox, "POST", functions, functionBody(name));
}
