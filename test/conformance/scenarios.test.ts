import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scenarios } from "../../conformance/scenarios/index.ts";
import { errorCodes } from "../../src/fc/errors.ts";
import { operationNamed, operations } from "../../src/fc/operations.ts";
import { ROOT } from "../program.ts";

const steps = scenarios.flatMap((scenario) => scenario.steps);

const fidelity = await readFile(join(ROOT, "docs/fidelity.md"), "utf8");
/** The choices of which it says that no step settles them. */
const [withoutStep = ""] = /^### Without a step$.*?(?=^## )/ms.exec(fidelity) ?? [];
/** The ids of its rows. */
const rows = idsOf(fidelity);

function idsOf(text: string): string[] {
  return [...text.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$/gm)].map(([, id = ""]) => id);
}

test("every choice of docs/fidelity.md has a step that would settle it or is listed as without, and every step its row", () => {
  const chosen = new Set(steps.flatMap(({ choice }) => (choice ? [choice] : [])));
  expect(idsOf(fidelity.replace(withoutStep, "")).toSorted()).toEqual([...chosen].toSorted());
});

test("every choice that docs/wire.md marks has its row there", async () => {
  const document = await readFile(join(ROOT, "docs/wire.md"), "utf8");
  // Above the first heading it says what the marks mean.
  const marks = document.slice(document.indexOf("\n## ")).matchAll(/\[choice(?:: ([^\]]+))?\]/g);
  const ids = [...marks].flatMap(([mark, given]) => given?.split(", ") ?? [mark]);
  expect(ids.length).toBeGreaterThan(0);
  expect(rows).toEqual(expect.arrayContaining(ids));
});

test("every error of the API is expected by some step", () => {
  const expected = new Set(steps.flatMap((step) => [step.expect.code ?? []].flat()));
  expect([...expected].toSorted()).toEqual(errorCodes.toSorted());
});

test("a step has one name in its scenario, and a scenario one of its own: recordings go by them", () => {
  const names = scenarios.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  for (const scenario of scenarios) {
    const stepNames = scenario.steps.map(({ name }) => name);
    expect(stepNames).toEqual([...new Set(stepNames)]);
  }
});

test("no step changes anything but what is there for it, what it makes, and names that nothing has", () => {
  const own = ["{made}", "{madeAlias}", "{missing}"];
  for (const { name, request } of steps) {
    if (!("operation" in request)) {
      // At a path of its own, a step might delete a whole list.
      expect(["GET", "PUT", "POST"], name).toContain(request.method);
      continue;
    }
    const { resource, routes } = operations[operationNamed(request.operation)];
    if (Object.values(routes).every(({ method }) => method === "GET")) continue;
    if (resource === "config" || resource === "invocation") {
      const named = [request.service ?? "{service}", request.function ?? "{function}"];
      expect(["{service}", "{function}", ...own], name).toEqual(expect.arrayContaining(named));
      continue;
    }
    const { serviceName, functionName, aliasName } = (request.json ?? {}) as Record<string, string>;
    const made = request.operation.startsWith("Create");
    const named = made ? [serviceName ?? functionName ?? aliasName ?? "{made}"] : [request.function];
    if (request.operation !== "CreateService") named.push(request.service ?? request.function);
    expect([...own, "LATEST"], name).toEqual(expect.arrayContaining(named));
  }
});
