import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scenarios } from "../../conformance/scenarios/index.ts";
import { errorCodes } from "../../src/fc/errors.ts";
import { ROOT } from "../program.ts";

const steps = scenarios.flatMap((scenario) => scenario.steps);

const fidelity = await readFile(join(ROOT, "docs/fidelity.md"), "utf8");
/** The ids of its rows. */
const rows = [...fidelity.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$/gm)].map(([, id]) => id);

test("every choice of docs/fidelity.md has a step that would settle it, and every step its row", () => {
  const chosen = new Set(steps.flatMap(({ choice }) => (choice ? [choice] : [])));
  expect(rows.toSorted()).toEqual([...chosen].toSorted());
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

test("no step changes configs but of the functions that are there for it, and of a name that nothing has", () => {
  for (const { name, request } of steps) {
    if ("operation" in request) {
      const named = [request.service ?? "{service}", request.function ?? "{function}"];
      const isRead = request.operation === "get" || request.operation === "list";
      if (!isRead)
        expect(["{service}", "{function}", "{missing}"], name).toEqual(expect.arrayContaining(named));
    } else {
      // At a path of its own, a step might delete a whole list.
      expect(["GET", "PUT", "POST"], name).toContain(request.method);
    }
  }
});
