import type { TestSandbox } from "../newSandbox.ts";
import type { Answer } from "../request.ts";

/** Bytes as base64. */
export const zipFileOf = (text: string) => btoa(text);

/** What a function must have besides its name. */
export const FUNCTION = {
  runtime: "nodejs20",
  handler: "index.handler",
  code: { zipFile: zipFileOf("the code") },
};

/** Where a generation of the API has things, of one function `f`: in the service `demo` in FC 2.0. */
export const generations = [
  {
    id: "FC 2.0",
    functions: "/2021-04-06/services/demo/functions",
    owner: "/2021-04-06/services/demo",
    config: (qualifier: string) =>
      `/2021-04-06/services/demo/functions/f/async-invoke-config?qualifier=${qualifier}`,
    declared: (more: object) => ({ services: [{ name: "demo", functions: ["f"], ...more }] }),
  },
  {
    id: "FC 3.0",
    functions: "/2023-03-30/functions",
    owner: "/2023-03-30/functions/f",
    config: (qualifier: string) => `/2023-03-30/functions/f/async-invoke-config?qualifier=${qualifier}`,
    declared: (more: object) => ({ functions: [{ name: "f", ...more }] }),
  },
] as const;
export type Generation = (typeof generations)[number];

/** Makes the function `f` of a generation, with its service. */
export async function makeFunction(sandbox: TestSandbox, { id, functions }: Generation): Promise<Answer> {
  if (id === "FC 2.0") await sandbox.send("POST", "/2021-04-06/services", { serviceName: "demo" });
  return sandbox.send("POST", functions, { functionName: "f", ...FUNCTION });
}

/** Makes the function `f` with version 1 and the alias prod, and then changes it. */
export async function makeVersioned(sandbox: TestSandbox, generation: Generation): Promise<void> {
  const { owner, functions } = generation;
  await makeFunction(sandbox, generation);
  await sandbox.send("POST", `${owner}/versions`, { description: "release 1" });
  await sandbox.send("POST", `${owner}/aliases`, { aliasName: "prod", versionId: "1" });
  await sandbox.send("PUT", `${functions}/f`, {
    timeout: 30,
    code: { zipFile: zipFileOf("the next code") },
  });
}
